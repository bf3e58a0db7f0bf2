# One image for each service's API, small and without OpenVINO; one, `runner`, with everything heavy work needs;
# `runner-frameworks`, with what reads Keras, Caffe and MXNet besides; `runner-gpu` and `runner-npu`, with what drives
# Intel's GPUs and NPUs.
#
#     buildah build --target converter -t workbench/converter .
#
# Whatever is installed is pinned by the hashes of requirements.lock.

FROM python:3.11-slim-bookworm AS base
RUN python3 -c "import os; os.makedirs('/data', exist_ok=True); os.chown('/data', 10001, 10001)"
ENV PATH=/srv/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    WORKBENCH_HOME=/data WORKBENCH_HOST=0.0.0.0 WORKBENCH_PORT=8080 WORKBENCH_HEALTH_PORT=9090
WORKDIR /data
# Any user id works: nothing but /data and /tmp is written to.
USER 10001:10001

FROM base AS build
USER 0:0
# The system's certificates: those of a proxy can be mounted while building.
ENV UV_LINK_MODE=copy UV_NO_CACHE=1 UV_SYSTEM_CERTS=1
COPY requirements.bootstrap.lock requirements.lock /src/
RUN python3 -m venv /build \
 && /build/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /src/requirements.bootstrap.lock \
 && /build/bin/uv pip install --python /build/bin/python --constraint /src/requirements.lock hatchling editables \
 && /build/bin/uv venv --python python3 /srv/venv
COPY libs /src/libs
COPY services /src/services
RUN for project in /src/libs/* /src/services/*; do \
        (cd "$project" && /build/bin/python -m hatchling build -t wheel -d /wheels) || exit 1; \
    done
# What every API is made of.
RUN cd /wheels && /build/bin/uv pip install --python /srv/venv --constraint /src/requirements.lock --compile-bytecode \
        "workbench-jobs[postgresql] @ file:///wheels/$(ls workbench_jobs-*)" \
        workbench_fields-* workbench_figures-* workbench_problems-* workbench_store-* workbench_messages-* workbench_runner-* workbench_targets-* workbench_webapp-* httpx ijson pyyaml \
 # Of four hundred services that boto3 describes we speak one: 20 MB.
 && find /srv/venv/lib/python3.11/site-packages/botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 -exec rm -r {} +

FROM build AS build-services
RUN for wheel in /wheels/*; do \
        name=$(basename "$wheel" | sed 's/^workbench_//; s/-.*//'); \
        /build/bin/uv pip install --python /srv/venv --no-deps --target "/services/$name" "$wheel" || exit 1; \
    done

FROM build AS build-runner
RUN cd /wheels && /build/bin/uv pip install --python /srv/venv --constraint /src/requirements.lock --compile-bytecode \
        $(for name in calibrator converter dataset model_registry packager profiler; do \
            wheel=$(ls workbench_$name-*); echo "workbench-$(echo $name | tr _ -)[core]@file:///wheels/$wheel"; done) \
        ./workbench_project-* ./workbench_admin-* ./workbench_client-* ./workbench_plots-* ./workbench_archives-* ./workbench_ir-* ./workbench_imaging-* ./workbench_shards-* ./workbench_tasks-* \
        ./workbench_application-* \
        ./workbench_fields-* ./workbench_problems-* ./workbench_store-* ./workbench_messages-* ./workbench_targets-* ./workbench_webapp-* ./workbench_jobs-* \
        "workbench-figures[launches]@file:///wheels/$(ls workbench_figures-*)" \
        "workbench-runner[kubernetes]@file:///wheels/$(ls workbench_runner-*)"

FROM base AS api
COPY --from=build /srv/venv /srv/venv
ENTRYPOINT ["python", "-m"]

FROM api AS model-registry
# A request that converts what it brings takes what the model told of itself.
COPY --from=build-services /services/imaging /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/tasks /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/model_registry /srv/venv/lib/python3.11/site-packages
CMD ["workbench.model_registry", "api"]

FROM api AS converter
COPY --from=build-services /services/converter /srv/venv/lib/python3.11/site-packages
CMD ["workbench.converter", "api"]

FROM api AS dataset
# What a task is, and which layouts feed it, is told from here.
COPY --from=build-services /services/archives /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/imaging /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/tasks /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/dataset /srv/venv/lib/python3.11/site-packages
CMD ["workbench.dataset", "api"]

FROM api AS profiler
COPY --from=build-services /services/profiler /srv/venv/lib/python3.11/site-packages
CMD ["workbench.profiler", "api"]

FROM api AS calibrator
# Recipes are checked with the library that applies them; the part that computes is not imported here.
COPY --from=build-services /services/imaging /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/tasks /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/calibrator /srv/venv/lib/python3.11/site-packages
CMD ["workbench.calibrator", "api"]

FROM api AS packager
COPY --from=build-services /services/packager /srv/venv/lib/python3.11/site-packages
CMD ["workbench.packager", "api"]

FROM build AS build-console
RUN cd /wheels && /build/bin/uv pip install --python /srv/venv --constraint /src/requirements.lock --compile-bytecode \
        ./workbench_console-* ./workbench_client-* ./workbench_plots-* \
        ./workbench_fields-* ./workbench_figures-* ./workbench_problems-* ./workbench_store-* ./workbench_messages-* ./workbench_runner-* ./workbench_targets-* ./workbench_webapp-* ./workbench_jobs-*

FROM base AS console
COPY --from=build-console /srv/venv /srv/venv
ENTRYPOINT ["python", "-m"]
CMD ["workbench.console", "api"]

FROM api AS project
COPY --from=build-services /services/imaging /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/tasks /srv/venv/lib/python3.11/site-packages
COPY --from=build-services /services/project /srv/venv/lib/python3.11/site-packages
CMD ["workbench.project", "api"]

# The runner, and the environments apart that read models of other frameworks: --build-arg ENVIRONMENTS=keras for less.
#
#     buildah build --target runner-frameworks -t workbench/runner .
FROM build-runner AS build-frameworks
ARG ENVIRONMENTS="keras legacy"
RUN /srv/venv/bin/python -m workbench.converter.environments $ENVIRONMENTS

FROM base AS runner-frameworks
USER 0:0
# MXNet's library asks for them.
RUN apt-get update -q && apt-get install -qy --no-install-recommends libgomp1 libquadmath0 && rm -rf /var/lib/apt/lists/*
USER 10001:10001
COPY --from=build-frameworks /srv/venv /srv/venv
ENTRYPOINT ["python", "-m"]
CMD ["workbench.converter", "worker"]

FROM base AS runner
COPY --from=build-runner /srv/venv /srv/venv
ENTRYPOINT ["python", "-m"]
CMD ["workbench.converter", "worker"]

# The drivers of Debian 12, for GPUs from Gen9 to Arc A; charts/workbench/README.md says how to build on newer ones.
# Each build ends with a look: OpenVINO loads the plugin, which finds no device here, and misses no library.
FROM runner AS runner-gpu
USER 0:0
RUN apt-get update -q \
 && apt-get install -qy --no-install-recommends intel-opencl-icd=22.43.24595.41-1 ocl-icd-libopencl1=2.3.1-1 \
 && rm -rf /var/lib/apt/lists/*
USER 10001:10001
RUN python -c "import openvino; print('GPU:', openvino.Core().get_property('GPU', 'AVAILABLE_DEVICES'))"

# Debian has the loader and no driver: Intel's packages come from a folder, with their digests in SHA256SUMS.
#
#     buildah build --target runner-npu --build-context drivers=FOLDER -t workbench/runner-npu .
FROM base AS npu-packages
COPY --from=drivers . /drivers
RUN cd /drivers && sha256sum --strict --check SHA256SUMS

FROM runner AS runner-npu
USER 0:0
RUN --mount=type=bind,from=npu-packages,source=/drivers,target=/drivers \
    cd /drivers && apt-get update -q \
 && sed 's#^[0-9a-f]* [ *]#./#' SHA256SUMS | xargs apt-get install -qy --no-install-recommends \
 && rm -rf /var/lib/apt/lists/*
USER 10001:10001
RUN python -c "import openvino; print('NPU:', openvino.Core().get_property('NPU', 'AVAILABLE_DEVICES'))" \
 && python -c "import ctypes; ctypes.CDLL('libze_loader.so.1')"
