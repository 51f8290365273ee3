// Command pack makes the embedded files of package course from recordings:
//
//	(cd data/lab && go run ./cmd/record -course -out .build/course)
//	go generate ./data/course
//
// The first run packs the recordings; the second, which has them embedded,
// writes subsets.csv: the subsets and the frozen splits.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"flowbook/data/course"
)

func main() {
	from := flag.String("from", "../lab/.build/course", "folder with the recordings and their labels.json")
	to := flag.String("to", ".", "folder of package course")
	subsets := flag.Bool("subsets", false, "write subsets.csv for the set that is embedded already")
	flag.Parse()
	err := error(nil)
	if *subsets {
		err = writeSubsets(filepath.Join(*to, "subsets.csv"))
	} else {
		err = course.Build(*from, *to, readPcap)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}
