"""Clips that cannot be read: case -> what is written into a folder, and what is said of it."""

import os
import zipfile

import numpy as np
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
)

from tests.bad_input.clip_faults import (
    DISC,
    RAW,
    Write,
    changed,
    content,
    cut,
    dicom,
    encrypted,
    huge_png,
    member,
    movie,
    other_size,
    other_view,
    pictures,
    regions,
    renumber,
    seven_frames,
    shortened,
    sound_alone,
    spoilt_jpeg,
    syntax,
    tagged,
    volume,
    wider,
    without,
    without_pixels,
    wrong_checksum,
)
from tests.clips.samples import (
    coloured,
    region,
    write_pictures,
)

ClipCase = tuple[Write, str]
COPY = "replace it with a sound copy"
BETTER = "give an Ultrasound Multi-frame Image"
GREY = "give a recording of the same view without colour"
KINDS = "give DICOM, AVI, MP4, MOV, MKV, GIF, NIfTI, MetaImage, a folder of PNGs, or a zip of these"
FRAMES = "put the frames of each clip into a folder of their own, numbered"
UNPACK = "unpack it yourself, if you trust it, and give the folder"

DICOM: dict[str, ClipCase] = {
    "a still image": (
        dicom(DISC[:1], **RAW),
        "a.dcm: a still image, and a beat is many; give the clip",
    ),
    "without a number of frames": (
        without("NumberOfFrames"),
        "a.dcm: a still image, and a beat is many; give the clip",
    ),
    "another modality": (
        dicom(tags={"Modality": "CT"}),
        "a.dcm: its modality is CT, not US; give an ultrasound clip",
    ),
    "another class": (
        dicom(tags={"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}),
        f"a.dcm: it is CT Image Storage, not an ultrasound clip; {BETTER}",
    ),
    "colour Doppler by its region": (
        regions(region(data_type=2)),
        f"a.dcm: colour Doppler lies over the tissue; {GREY}",
    ),
    "colour Doppler by its colours": (
        dicom(coloured(DISC, 0.2), syntax=RLELossless, photometric="RGB"),
        f"a.dcm: colour Doppler lies over the tissue; {GREY}",
    ),
    "M-mode and a spectrum": (
        regions(region(spatial_format=2), region(spatial_format=3)),
        "a.dcm: its regions are M-mode and a spectrum, none a 2-D image of tissue; give the clip "
        "of an apical view, or --mode m for the M-mode",
    ),
    "another view": (
        changed(other_view),
        "a.dcm: its view is 'Parasternal long axis', neither apical 2- nor 4-chamber; leave it "
        "out, or give --view if that is wrong",
    ),
    "no DICOM": (content("a.dcm", b"x" * 200), f"a.dcm: not a DICOM file; {COPY}"),
    "empty": (content("a.dcm", b""), f"a.dcm: not a DICOM file; {COPY}"),
    "a mark alone": (
        content("a.dcm", bytes(128) + b"DICM"),
        "a.dcm: its pictures are stored as nothing that is named; store it as JPEG, JPEG 2000, "
        "RLE or uncompressed",
    ),
    "encrypted": (
        content("a.dcm", bytes.fromhex("308006092a864886f70d010703a0803080") + b"x" * 300),
        "a.dcm: it is encrypted; decrypt it first",
    ),
    "JPEG-LS": (
        syntax(JPEGLSLossless, photometric="MONOCHROME2"),
        "a.dcm: its pictures are stored as JPEG-LS Lossless Image Compression; store it as JPEG, "
        "JPEG 2000, RLE or uncompressed",
    ),
    "deflated": (
        syntax(DeflatedExplicitVRLittleEndian),
        "a.dcm: its pictures are stored as Deflated Explicit VR Little Endian; store it as JPEG, "
        "JPEG 2000, RLE or uncompressed",
    ),
    "cut short": (
        shortened("a.dcm", dicom(**RAW), 8000),
        f"a.dcm: cut short: 10432 of 18432 bytes of pictures; {COPY}",
    ),
    "cut short in compressed pictures": (
        cut("a.dcm", dicom(), 0.6),
        f"a.dcm: holds no pictures, or is cut short before them; {COPY}",
    ),
    "fewer native frames than it says": (
        tagged("NumberOfFrames", 7),
        f"a.dcm: cut short: 18432 of 21504 bytes of pictures; {COPY}",
    ),
    "fewer compressed frames than it says": (
        changed(seven_frames, syntax=RLELossless, photometric="MONOCHROME2"),
        f"a.dcm: cut short: 6 of 7 frames; {COPY}",
    ),
    "10,000 frames": (
        dicom(tags={"NumberOfFrames": 10000}),
        "a.dcm: 10000 frames, more than 3000; cut the clip to some beats",
    ),
    "a decompression bomb": (
        changed(lambda dataset: dataset.update({"Rows": 65535, "Columns": 65535})),
        f"a.dcm: the header promises 65535 x 65535 x 6 pixels, more than a clip holds; {COPY}",
    ),
    "JPEG pictures of another size": (
        changed(wider, photometric="MONOCHROME2"),
        f"a.dcm: frame 0, counted from 0, has 64 x 48 pixels, not 66 x 48; {COPY}",
    ),
    "a damaged JPEG picture": (
        changed(spoilt_jpeg, photometric="MONOCHROME2"),
        f"a.dcm: frame 1, counted from 0, is no readable picture; {COPY}",
    ),
    "an unknown kind of colours": (
        tagged("PhotometricInterpretation", "HSV"),
        "a.dcm: PhotometricInterpretation is HSV; store it in grey or as RGB",
    ),
    "colours without samples": (
        tagged("PhotometricInterpretation", "RGB"),
        f"a.dcm: SamplesPerPixel does not go with RGB; {COPY}",
    ),
    "32 bits": (tagged("BitsAllocated", 32), "a.dcm: 32 bits a sample; store it with 8 bits"),
    "without rows": (
        without("Rows"),
        f"a.dcm: Rows, Columns or NumberOfFrames are missing or no whole numbers; {COPY}",
    ),
    "without pixels": (
        without("PixelData"),
        f"a.dcm: holds no pictures, or is cut short before them; {COPY}",
    ),
    "nothing to see": (
        dicom(DISC // 40, **RAW),
        "a.dcm: its brightest grey value is 5 of 255, which shows nothing; leave it out if it is "
        "a mask, or scale it to 0 to 255",
    ),
    "too small": (
        dicom(DISC[:, :8, :8], **RAW),
        f"a.dcm: 8 x 8 pixels, too few to show a heart; {COPY}",
    ),
    "a link to nowhere": (
        lambda folder: (folder / "a.dcm").symlink_to("elsewhere.dcm"),
        "a.dcm: the file is missing; put it back",
    ),
    "a pipe": (
        lambda folder: os.mkfifo(folder / "a.dcm"),
        f"a.dcm: not a regular file; {COPY}",
    ),
}
MOVIES: dict[str, ClipCase] = {
    "another file of that name": (
        content("a.mp4", b"#EXTM3U\nhttp://example.org/clip"),
        f"a.mp4: not an AVI, MP4, MOV, MKV or GIF file; {COPY}",
    ),
    "a header alone": (
        cut("a.avi", movie("a.avi", "mjpeg"), 0.01),
        f"a.avi: not a readable video (Invalid data found when processing input); {COPY}",
    ),
    "cut short": (
        cut("a.avi", movie("a.avi", "mjpeg"), 0.7),
        f"a.avi: cut short: 2 of 6 frames can be read; {COPY}",
    ),
    "an MP4 without its end": (
        cut("a.mp4", movie("a.mp4", "libx264"), 0.6),
        f"a.mp4: not a readable video (Invalid data found when processing input); {COPY}",
    ),
    "sound alone": (sound_alone, f"a.mov: holds no video; {COPY}"),
    "a still image": (
        movie("a.gif", "gif", DISC[:1]),
        "a.gif: a still image, and a beat is many; give the clip",
    ),
    "too long": (
        movie("a.mkv", "ffv1", np.tile(DISC[:, :16, :16], (501, 1, 1))),
        "a.mkv: 3001 frames, more than 3000; cut the clip to some beats",
    ),
    "colour Doppler": (
        movie("a.mkv", "ffv1", coloured(DISC, 0.2)),
        f"a.mkv: colour Doppler lies over the tissue; {GREY}",
    ),
}
PICTURES: dict[str, ClipCase] = {
    "one that is missing": (
        pictures(lambda folder: (folder / "frame_003.png").unlink()),
        f"a: pictures are missing between the numbers 2 and 4; {COPY}",
    ),
    "another size": (
        pictures(other_size),
        f"a: frame_004.png has 64 x 40 pixels, the first one 64 x 48; {COPY}",
    ),
    "cut short": (
        pictures(cut("frame_002.png", lambda folder: None, 0.5)),
        f"a: frame_002.png is damaged (image file is truncated); {COPY}",
    ),
    "another format": (
        pictures(content("frame_001.png", b"GIF89a")),
        f"a: frame_001.png is no readable picture; {COPY}",
    ),
    "a number twice": (
        pictures(renumber),
        f"a: frame_001.png and frame_1.png have the same number; {COPY}",
    ),
    "a decompression bomb": (
        pictures(huge_png),
        f"a: frame_001.png is no readable picture; {COPY}",
    ),
    "one alone": (
        lambda folder: write_pictures(folder / "a", DISC[:1]),
        "a: a still image, and a beat is many; give the clip",
    ),
    "names without numbers": (
        pictures(lambda folder: (folder / "frame_002.png").rename(folder / "two.png")),
        f"a: holds pictures that are not the numbered frames of one clip; {FRAMES}",
    ),
    "colour Doppler": (
        lambda folder: write_pictures(folder / "a", coloured(DISC, 0.2)),
        f"a: colour Doppler lies over the tissue; {GREY}",
    ),
}
VOLUMES: dict[str, ClipCase] = {
    "a still image": (
        volume("a.nii.gz", DISC[0]),
        "a.nii.gz: a still image, and a beat is many; give the clip",
    ),
    "a mask": (
        volume("a.nii.gz", (DISC > 90).astype(np.uint8)),
        "a.nii.gz: its brightest grey value is 1 of 255, which shows nothing; leave it out if it "
        "is a mask, or scale it to 0 to 255",
    ),
    "cut short": (
        cut("a.nii", volume("a.nii", DISC), 0.5),
        f"a.nii: truncated: 9392 of 18784 bytes; {COPY}",
    ),
    "a header without pixels": (
        without_pixels,
        f"a.mhd: its pixel file a.raw is missing; {COPY}",
    ),
}
ARCHIVES: dict[str, ClipCase] = {
    "a member that climbs out": (
        member("../x.avi"),
        f"a.zip/../x.avi: its path climbs out of the folder; {UNPACK}",
    ),
    "a member from the root": (
        member("/etc/x.avi"),
        f"a.zip//etc/x.avi: its path begins at the root of a disk; {UNPACK}",
    ),
    "a link": (
        member("x.avi", b"/etc/passwd", external_attr=0o120777 << 16),
        f"a.zip/x.avi: a link to another file; {UNPACK}",
    ),
    "an encrypted member": (
        encrypted,
        "a.zip/x.avi: it is encrypted; unpack it with its password and give the folder",
    ),
    "a bomb": (
        member("x.dcm", bytes(2**24)),
        f"a.zip/x.dcm: unpacks to 1029 times its size; {UNPACK}",
    ),
    "packed in another way": (
        member("x.avi", compress_type=zipfile.ZIP_BZIP2),
        "a.zip/x.avi: packed in a way that is not read; pack it with deflate",
    ),
    "a zip in a zip": (
        member("x.zip"),
        "a.zip/x.zip: a zip in a zip is not opened; unpack the outer one and give the folder",
    ),
    "no zip": (
        content("a.zip", b"PK"),
        f"a.zip: not a readable zip (File is not a zip file); {COPY}",
    ),
    "an empty zip": (
        lambda folder: zipfile.ZipFile(folder / "a.zip", "w").close(),
        f"a.zip: holds no clips; {KINDS}",
    ),
    "a member that is damaged": (
        wrong_checksum,
        f"a.zip/x.avi: not a readable zip (Bad CRC-32 for file 'x.avi'); {COPY}",
    ),
    "no clip in it": (member("x.pdf"), f"a.zip/x.pdf: no clip of a kind that is read; {KINDS}"),
}
OTHERS: dict[str, ClipCase] = {
    "another kind": (content("a.pdf", b"%PDF"), f"a.pdf: no clip of a kind that is read; {KINDS}"),
    "a picture beside clips": (
        lambda folder: write_pictures(folder, DISC[:1]),
        f": holds pictures that are not the numbered frames of one clip; {FRAMES}",
    ),
}
