//go:build cgo && !noxla

package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// WithXLA says whether this program was built with XLA (cgo, and no tag noxla).
const WithXLA = true

func init() { xla.EnableAutoInstall(false) }

// openXLA opens the plugin at an absolute path. Products of float32 matrices
// are computed in float32 on CUDA too, not in TF32, so that results are close
// to those of a CPU; an option tf32=true says otherwise.
func openXLA(path, options string) (c *Choice, err error) {
	defer recovered(&c, &err)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("found no PJRT plugin: %w", err)
	}
	k := kind(path)
	config := path
	if options != "" {
		config += "," + options
	}
	if k == "cuda" {
		findCUDALibraries(path)
		if !strings.Contains(options, "tf32") {
			config += ",tf32=false"
		}
	}
	be, err := xla.NewWithOptions(config, nil)
	if err != nil { // and no typed nil in the interface
		return nil, err
	}
	c = newChoice(be, "xla:"+k)
	c.Plugin, c.Device, c.Version = path, be.DeviceDescription(0), pluginVersion(path)
	return c, nil
}

// pluginVersion is the version of the PJRT API of an open plugin, and the
// package that tools/pjrt.py took it out of, which it names beside it.
func pluginVersion(path string) string {
	var words []string
	if source, err := os.ReadFile(path + ".from"); err == nil {
		words = append(words, strings.TrimSpace(string(source)))
	}
	if plugin, err := pjrt.GetPlugin(path); err == nil {
		major, minor := plugin.Version()
		words = append(words, fmt.Sprintf("PJRT API %d.%d", major, minor))
	}
	return strings.Join(words, ", ")
}

// findCUDALibraries tells XLA where libdevice and ptxas lie when they were
// unpacked beside the plugin.
func findCUDALibraries(plugin string) {
	root := filepath.Dir(filepath.Dir(filepath.Dir(plugin)))
	found, _ := filepath.Glob(filepath.Join(root, "nvidia", "cu[0-9]*"))
	flags := os.Getenv("XLA_FLAGS")
	if len(found) == 0 || strings.Contains(flags, "--xla_gpu_cuda_data_dir") {
		return
	}
	dir := found[len(found)-1]
	os.Setenv("XLA_FLAGS", strings.TrimSpace(flags+" --xla_gpu_cuda_data_dir="+dir))
	os.Setenv("PATH", filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
}
