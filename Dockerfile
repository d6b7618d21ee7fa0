# The portal. One image for portal, worker, spawn-worker, beat and migrate: only the command differs.
ARG IMAGE_PREFIX=
ARG PYTHON_IMAGE=python:3.12-slim

FROM ${IMAGE_PREFIX}${PYTHON_IMAGE} AS packages
# Package index of pip; empty is its default. Used in this stage only, so that the image contains
# neither the address nor a password in it.
ARG PIP_INDEX_URL=
ARG PIP_EXTRA_INDEX_URL=
ARG PIP_TRUSTED_HOST=
RUN python -m venv --without-pip /opt/venv
COPY requirements.txt /build/
# Wheels only, so that no image needs a compiler.
RUN pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
    --require-hashes --no-deps --only-binary :all: --requirement /build/requirements.txt

FROM ${IMAGE_PREFIX}${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Shaparak portal" \
      org.opencontainers.image.description="Sign-up, sign-in and servers: web, workers and beat" \
      org.opencontainers.image.licenses="BSD-3-Clause"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    SHAPARAK_VAR=/var/lib/shaparak
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent shaparak
WORKDIR /opt/shaparak
COPY --from=packages /opt/venv /opt/venv
COPY manage.py ./
COPY accounts accounts
COPY deploy/containers deploy/containers
COPY jupyter_integration jupyter_integration
COPY locale locale
COPY portal portal
COPY static static
COPY templates templates
# The image contains the static files under hashed names. The key is for this command only.
RUN SECRET_KEY=collects-static-files-only python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q accounts deploy jupyter_integration portal
USER 10001:10001
EXPOSE 8080
CMD ["gunicorn", "portal.wsgi", "--preload", "--bind", "0.0.0.0:8080", \
     "--worker-class", "gthread", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-", \
     "--logger-class", "portal.access_log.AccessLogger"]
