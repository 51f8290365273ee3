// Package backend chooses what computes the models and says why.
//
// The order is: an explicit wish (the argument of Open, else $GOMLX_BACKEND),
// which never falls back; XLA on CUDA where its plugin and an NVIDIA device
// are; XLA on the CPU where its plugin is; the pure-Go backend. Nothing is
// ever downloaded here: `make plugin` and `make gpu` do that.
//
// # Where plugins are looked for
//
// In the folders of $FLOWBOOK_PJRT (separated like $PATH), which replaces the
// rest when it is set; else in .pjrt of the checkout, found by walking up from
// the working directory to the go.mod of module flowbook; else in .pjrt beside
// the program. In such a folder
//
//	pjrt_c_api_cpu_plugin.so                       XLA for the CPU
//	cuda/jax_plugins/xla_cuda*/xla_cuda_plugin.so  XLA for CUDA
//	cuda/nvidia/…                                  NVIDIA's libraries
//
// go-xla tells the two kinds apart by the letters "cpu" and "cuda" in the
// path, so they must stay in it. The folder cuda has the layout of Python's
// site-packages: the plugin's run path names ../../nvidia/… relative to
// itself, so it finds its libraries without LD_LIBRARY_PATH. Open names the
// folder of libdevice and ptxas (cuda/nvidia/cu*) in XLA_FLAGS and PATH of
// this process, unless XLA_FLAGS names one already; else it sets no XLA flag,
// since an unknown one ends the process.
//
// # Builds
//
// The XLA part stands in files tagged `cgo && !noxla`. Without cgo everything
// builds as a static program that runs on the Go backend.
package backend
