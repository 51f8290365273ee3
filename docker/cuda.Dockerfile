# The same with XLA on an NVIDIA GPU; the host brings the driver and NVIDIA's container toolkit.
#   docker build -f docker/cuda.Dockerfile -t flowbook-cuda .
#   docker run --rm --gpus all -p 127.0.0.1:8888:8888 flowbook-cuda
FROM golang:1.26.8-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libstdc++6 make python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --home-dir /srv/student --uid 1000 student \
 && install -d -o student -g student /srv/student/flowbook /srv/student/go
USER student
ENV GOPATH=/srv/student/go NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /srv/student/flowbook

# tools, CUDA libraries (4 GB) and modules change seldom: layers of their own
COPY --chown=student:student Makefile ./
COPY --chown=student:student tools tools
RUN make tools .venv/lab.ok
RUN make gpu
COPY --chown=student:student go.mod go.sum ./
RUN go mod download

COPY --chown=student:student . .
ARG COMMIT=unknown
ENV FLOWBOOK_COMMIT=$COMMIT
# no GPU while an image is built: the notebooks run on the CPU plugin here
RUN make report
EXPOSE 8888
CMD ["make", "jupyter", "IP=0.0.0.0", "LAB=--no-browser"]
