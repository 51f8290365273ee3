#!/usr/bin/env python3
"""aot.py FILE.mlir...: compiles StableHLO programs for an H100 that need not be there.

What the compiler of XLA's CUDA plugin takes, it takes without a device too:
so this shows, on any machine, that the programs of the networks compile for
a GPU (sm_90). It does not show that they run, nor how fast. `make aot` writes
the programs (modellib/internal/stablehlo) and gives them to this script.
"""
import os
import sys
import sysconfig
import time

# The figures of an NVIDIA H100 SXM that the compiler asks for, in the text form
# of XLA's GpuTargetConfig.
H100 = """
gpu_device_info {
  cuda_compute_capability { major: 9 minor: 0 }
  core_count: 132
  clock_rate_ghz: 1.98
  fpus_per_core: 128
  threads_per_warp: 32
  threads_per_block_limit: 1024
  threads_per_core_limit: 2048
  registers_per_block_limit: 65536
  registers_per_core_limit: 65536
  shared_memory_per_block: 49152
  shared_memory_per_block_optin: 232448
  shared_memory_per_core: 233472
  block_dim_limit_x: 2147483647
  block_dim_limit_y: 65535
  block_dim_limit_z: 65535
  l2_cache_size: 52428800
  memory_bandwidth: 3352000000000
  device_memory_size: 85000000000
}
platform_name: "CUDA"
dnn_version_info { major: 9 minor: 8 }
runtime_version { major: 13 minor: 0 }
device_description_str: "NVIDIA H100 80GB HBM3"
"""


def find_cuda():
    """Names NVIDIA's compiler, which lies among the packages, to XLA."""
    root = os.path.join(sysconfig.get_path("purelib"), "nvidia", "cu13")
    os.environ["XLA_FLAGS"] = f"--xla_gpu_cuda_data_dir={root}"
    os.environ["PATH"] = os.path.join(root, "bin") + os.pathsep + os.environ["PATH"]
    # The plugin looks for cuDNN and a driver, which compiling does not need.
    os.environ["JAX_SKIP_CUDA_CONSTRAINTS_CHECK"] = "1"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    find_cuda()
    from jax._src import compiler
    from jax._src.interpreters import mlir
    from jax._src.lib import _jax
    from jax._src.lib.mlir import ir
    from jax.experimental import topologies

    device = topologies.get_topology_desc(platform="cuda", topology="1x1x1", target_config=H100).devices[0]
    options = compiler.get_compile_options(num_replicas=1, num_partitions=1)
    for path in sys.argv[1:]:
        with open(path) as f:
            text = f.read()
        begin = time.monotonic()
        with mlir.make_ir_context():
            program = device.client.compile(ir.Module.parse(text), _jax.DeviceList((device,)), options)
        seconds = time.monotonic() - begin
        size = len(program.serialize())
        if size == 0:
            sys.exit(f"{path}: the compiler gave an empty program")
        print(f"{os.path.basename(path)}: {size / 1000:.0f} kB for {device.device_kind} in {seconds:.1f} s")


if __name__ == "__main__":
    main()
