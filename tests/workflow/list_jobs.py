"""Call Snakemake and print, of each job, its rule, threads and resources as JSON.

Snakemake shows them itself only for rules without a message.
"""

import json
import logging
import sys

from snakemake.cli import main
from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

START = "job: "


def _print_job(record: logging.LogRecord) -> bool:
    if getattr(record, "event", None) == LogEvent.JOB_INFO:
        job = {name: getattr(record, name) for name in ("rule_name", "threads")}
        job["resources"] = dict(record.resources.items())
        print(START + json.dumps(job, default=str))
    return True


if __name__ == "__main__":
    logger.addFilter(_print_job)
    main(sys.argv[1:])
