package backend

import (
	"fmt"
	"strings"
)

// Check is one line of flowbook doctor.
type Check struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`          // what is there, or what is not
	Want  string `json:"want,omitempty"` // what was expected, where it is not there
	Mend  string `json:"mend,omitempty"` // the command that mends it
}

// Doctor looks at the plugins, the devices and at what Open("") would choose.
func Doctor() []Check {
	checks := []Check{xlaCheck(), pluginCheck("cpu")}
	if hasGPU() || find("cuda") != "" {
		checks = append(checks, gpuCheck(), pluginCheck("cuda"))
	}
	return append(checks, choiceCheck())
}

func xlaCheck() Check {
	if WithXLA {
		return Check{Name: "XLA", OK: true, Found: "built in (cgo)"}
	}
	return Check{Name: "XLA", Found: "this program was built without cgo",
		Want: "a build with cgo: networks train 6 to 12 times slower without XLA", Mend: "CGO_ENABLED=1 go build ./cmd/flowbook"}
}

// pluginCheck opens the plugin of a kind: a file that is there may still be no
// plugin.
func pluginCheck(kind string) Check {
	c := Check{Name: "plugin " + kind, Want: "the PJRT plugin of XLA for " + kind, Mend: mend[kind]}
	path := find(kind)
	if path == "" {
		c.Found = "none in " + strings.Join(folders(), ", ")
		return c
	}
	if kind == "cuda" && !hasGPU() {
		c.OK, c.Found, c.Want, c.Mend = true, path+" (not opened: no NVIDIA device)", "", ""
		return c
	}
	opened, err := openXLA(path, "")
	if err != nil {
		c.Found = fmt.Sprintf("%s: %s", path, firstLine(err))
		return c
	}
	defer opened.Close()
	sum, err := hashFile(path)
	if err != nil {
		c.Found = err.Error()
		return c
	}
	c.OK, c.Want, c.Mend = true, "", ""
	c.Found = fmt.Sprintf("%s (%s; device %s; SHA-256 %.16s…)", path, opened.Version, opened.Device, sum)
	return c
}

func gpuCheck() Check {
	if hasGPU() {
		return Check{Name: "GPU", OK: true, Found: "an NVIDIA device"}
	}
	return Check{Name: "GPU", Found: "no /dev/nvidia0",
		Want: "an NVIDIA device and its driver", Mend: "install the driver; models run on the CPU until then"}
}

func choiceCheck() Check {
	c, err := Open("")
	if err != nil {
		return Check{Name: "backend", Found: firstLine(err), Want: "a backend that opens", Mend: "unset GOMLX_BACKEND"}
	}
	defer c.Close()
	return Check{Name: "backend", OK: true, Found: fmt.Sprintf("%s; device %s; %d threads, %s", c.Why, c.Device, c.Threads, c.CPU)}
}
