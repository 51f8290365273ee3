// Command facts prints, as one JSON object, what the footer of a page says and
// only Go knows: the version of Go, its processor level, and the hash of the
// embedded captures.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"flowbook/data/course"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "facts:", err)
		os.Exit(1)
	}
}

func write(w io.Writer) error {
	level := runtime.GOARCH
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "GOAMD64" || s.Key == "GOARM64" {
				level += " " + s.Value
			}
		}
	}
	return json.NewEncoder(w).Encode(map[string]string{
		"go": runtime.Version(), "level": level, "course": course.Hash(),
	})
}
