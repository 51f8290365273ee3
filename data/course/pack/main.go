// Command pack makes the embedded files of package course from recordings:
//
//	(cd data/lab && go run ./cmd/record -out .build/course)
//	go generate ./data/course
package main

import (
	"flag"
	"fmt"
	"os"

	"flowbook/data/course"
)

func main() {
	from := flag.String("from", "../lab/.build/course", "folder with the recordings and their labels.json")
	to := flag.String("to", ".", "folder of package course")
	flag.Parse()
	if err := course.Build(*from, *to, readPcap); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}
