"""The light box turns a photo into an inspection."""

import os

# OpenCV reads its own limit once, when cv2 is first imported; every module of this room comes after this
os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = "50000000"
# ONNX Runtime reports its use to its makers, unless it is told before it is imported: a silo tells nobody
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
