"""Put the displacement fields into the zip that Learn2Reg takes."""

from pathlib import Path

from echoweave.learn2reg.fields.submission import ChallengeForm, write_challenge_zip
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_challenge_zip(
            fields=Path(snakemake.input.fields),
            wanted=ChallengeForm.of_cases(
                snakemake.params.cases, snakemake.params.pairs, snakemake.params.form
            ),
            output=Path(snakemake.output[0]),
        )
