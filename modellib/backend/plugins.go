package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// patterns say where a kind of plugin lies within a plugin folder.
var patterns = map[string][]string{
	"cpu":  {"pjrt_c_api_cpu*plugin.so", "*cpu*.so"},
	"cuda": {"cuda/jax_plugins/xla_cuda*/xla_cuda_plugin.so", "cuda/*cuda*.so", "pjrt_c_api_cuda*plugin.so"},
}

// folders are the plugin folders in the order of search.
func folders() []string {
	if env := os.Getenv(DirEnv); env != "" {
		return filepath.SplitList(env)
	}
	var dirs []string
	if root := checkout(); root != "" {
		dirs = append(dirs, filepath.Join(root, ".pjrt"))
	}
	if exe, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Join(filepath.Dir(exe), ".pjrt"))
	}
	return dirs
}

// checkout is the folder above the working directory whose go.mod is that of
// module flowbook; "" where there is none.
func checkout() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module flowbook\n") {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

// find returns the absolute path of the first plugin of a kind, "" if none.
func find(kind string) string {
	for _, dir := range folders() {
		for _, pattern := range patterns[kind] {
			found, _ := filepath.Glob(filepath.Join(dir, pattern))
			for _, path := range found {
				if abs, err := filepath.Abs(path); err == nil {
					return abs
				}
			}
		}
	}
	return ""
}

// hasGPU reports whether an NVIDIA device is there.
func hasGPU() bool {
	found, _ := filepath.Glob("/dev/nvidia[0-9]*")
	return len(found) > 0
}

// hashes remembers SHA-256 sums by path, size and time of change: a plugin has
// 200 MB, and a process asks for its sum with every run.
var hashes sync.Map

// hashFile returns the SHA-256 of a file in hexadecimal.
func hashFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	key := fmt.Sprint(path, info.Size(), info.ModTime())
	if sum, ok := hashes.Load(key); ok {
		return sum.(string), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	hashes.Store(key, sum)
	return sum, nil
}
