#!/bin/sh
# Your first model with the command line, in an empty folder: made here, taken the whole way, and what is left looked at.
set -eu

# A model and images that the project makes itself; put yours in their place.
python -m workbench.standalone.demo --make inputs

# Convert, measure, calibrate to INT8, score, compare, package. The first command starts the workbench of this machine.
# 0.2 seconds a launch is for a first look; leave --duration-s out for figures to decide on.
workbench optimize inputs/model.onnx --dataset inputs/digits --task classification \
    --duration-s 0.2 --report report.json --package package.tar.zst

# What is recommended, and why.
python -c 'import json; print(json.load(open("report.json"))["recommended"]["reason"])'

# All that it made stays in the workbench.
workbench models list
