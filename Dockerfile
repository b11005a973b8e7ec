# syntax=docker/dockerfile:1
# localtrail in a container: `docker run -p 4566:4566 localtrail`, then AWS_ENDPOINT_URL=http://localhost:4566.
# To keep everything: `-v DIR:/data -e LOCALTRAIL_DATA_DIR=/data`.

FROM rust:1.95-slim-trixie AS build
# ring, under rustls, compiles a little C and assembly.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package localtrail \
    && install -D target/release/localtrail /image/usr/local/bin/localtrail \
    && install -d -m 1777 /image/tmp \
    && install -d -o 65532 -g 65532 /image/data

# glibc and nothing else: no shell, no package manager. Its user nonroot has the id 65532.
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /image/ /
VOLUME /data
EXPOSE 4566
# Only other containers and published ports reach it; the loopback inside a container nobody would.
ENV LOCALTRAIL_LISTEN=0.0.0.0:4566
HEALTHCHECK --interval=5s --timeout=5s --start-period=1s --retries=3 \
    CMD ["/usr/local/bin/localtrail", "health"]
ENTRYPOINT ["/usr/local/bin/localtrail"]
CMD ["serve"]
