package backend

import (
	"runtime"
	"strings"

	"golang.org/x/sys/cpu"
)

// cpuFeatures names the processor features that choose other kernels and so
// change last digits: "amd64 avx2 fma avx512f".
func cpuFeatures() string {
	words := []string{runtime.GOARCH}
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"avx2", cpu.X86.HasAVX2},
		{"fma", cpu.X86.HasFMA},
		{"avx512f", cpu.X86.HasAVX512F},
		{"avx512bf16", cpu.X86.HasAVX512BF16},
		{"amx", cpu.X86.HasAMXTile},
		{"asimd", cpu.ARM64.HasASIMD},
		{"sve", cpu.ARM64.HasSVE},
	} {
		if f.has {
			words = append(words, f.name)
		}
	}
	return strings.Join(words, " ")
}
