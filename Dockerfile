# The service's image. Targets: `slim` (every process; the default), `detoxify` (with torch: adds models).
# Another Python, 3.11 to 3.14, or a mirror's: --build-arg PYTHON_IMAGE=python:3.13-slim-bookworm
#
# The order of the stages matters: the classic builder builds all that stand above its target, and torch
# takes several GB.
ARG PYTHON_IMAGE=python:3.14-slim-bookworm
FROM $PYTHON_IMAGE AS build
# A mirror of the package index, and a further one; pip does without what is empty.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
RUN python -m venv /opt/gatehouse
ENV PATH=/opt/gatehouse/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
# The locked versions first: they change less often than the code. Apprise, which tells people, is 20 MB.
COPY locks locks
RUN pip install --require-hashes -r locks/run.lock \
    && pip install --require-hashes -r locks/notices.lock \
    && pip install --require-hashes -r locks/oidc.lock
COPY pyproject.toml README.md ./
COPY moderation moderation
COPY service service
COPY workers workers
COPY gatehouse gatehouse
COPY gatehouse_client gatehouse_client
RUN pip install --no-deps --no-build-isolation --no-index .

FROM $PYTHON_IMAGE AS runtime
# The data folder is the user's own, and used only where no database and secret are named.
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/gatehouse gatehouse \
    && install -d -m 700 -o gatehouse -g gatehouse /var/lib/gatehouse /var/lib/gatehouse/models
ENV PATH=/opt/gatehouse/bin:$PATH PYTHONUNBUFFERED=1 \
    GATEHOUSE_DATA=/var/lib/gatehouse GATEHOUSE_HOST=0.0.0.0
WORKDIR /var/lib/gatehouse
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["gatehouse"]
CMD ["api"]

FROM runtime AS slim
COPY --from=build /opt/gatehouse /opt/gatehouse

FROM build AS build-detoxify
# torch's builds for GPUs, unless the lock is one for CPUs: docs/containers.md says how to make it.
ARG DETOXIFY_LOCK=locks/detoxify.lock
RUN pip install --require-hashes -r "$DETOXIFY_LOCK"

FROM runtime AS detoxify
# What serves never fetches; `gatehouse model add` in a container is told HF_HUB_OFFLINE=0.
ENV HF_HUB_OFFLINE=1
COPY --from=build-detoxify /opt/gatehouse /opt/gatehouse

# Last, and so the default.
FROM slim
