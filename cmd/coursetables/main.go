// Command coursetables prints what is to be known about the course set, each
// number computed from the embedded captures:
//
//	classes     captures, windowed superflows and windows of each pair
//	factors     how much host, day, access and the others explain of the features
//	artefacts   whether columns that must not tell classes do
//	difficulty  scores of simple classifiers, by host and by capture
//	reality     flows beside those of ISCX-VPN-NonVPN, where its tables are
//
// Without arguments all of them:
//
//	go run ./cmd/coursetables -work .work/tables [-iscx DIR] [TABLE...]
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"flowbook/data/course"
	"flowbook/flowlib/dataset"
)

// options of the program.
type options struct {
	work   string // stage directories
	iscx   string // flow tables of ISCX
	scored string // "development" or "held back": which hosts and days
	trees  int
}

// table is one of the printed tables.
type table struct {
	name  string
	print func(w io.Writer, o options) error
}

var tables = []table{
	{"classes", classes}, {"factors", factors}, {"artefacts", artefacts}, {"difficulty", difficulty}, {"reality", reality},
}

func main() {
	var o options
	flag.StringVar(&o.work, "work", ".work/tables", "folder for captures and data sets, kept between runs")
	flag.StringVar(&o.iscx, "iscx", "../shared/data/iscx-flows-120s", "folder of CICFlowMeter tables of ISCX-VPN-NonVPN, one a capture")
	flag.StringVar(&o.scored, "scored", "development", "difficulty: development (cross-validation over the hosts and days that are not held back) or held-back (trained on those, scored on the held-back hosts)")
	flag.IntVar(&o.trees, "trees", 100, "trees of a forest")
	flag.Parse()
	if o.scored != "development" && o.scored != "held-back" {
		fmt.Fprintf(os.Stderr, "coursetables: -scored is %q, expected development or held-back\n", o.scored)
		os.Exit(2)
	}
	for _, name := range flag.Args() {
		if !slices.ContainsFunc(tables, func(t table) bool { return t.name == name }) {
			fmt.Fprintf(os.Stderr, "coursetables: no table %q\n", name)
			os.Exit(2)
		}
	}
	fmt.Printf("%s, data %.12s\n", course.Version, course.Hash())
	for _, t := range tables {
		if flag.NArg() > 0 && !slices.Contains(flag.Args(), t.name) {
			continue
		}
		fmt.Printf("\n== %s\n", t.name)
		if err := t.print(os.Stdout, o); err != nil {
			fmt.Fprintln(os.Stderr, "coursetables:", err)
			os.Exit(1)
		}
	}
}

// captures unpacks the set.
func (o options) captures() (string, error) {
	dir := filepath.Join(o.work, "captures")
	return dir, course.Unpack(dir, false)
}

// windows is the set of 20 miniflows of 3 s.
func (o options) windows() (*dataset.Set, error) { return o.set("windows", dataset.Recommended()) }

// flows15 is the set of single flows of up to 15 s.
func (o options) flows15() (*dataset.Set, error) {
	r := dataset.Recommended()
	r.Miniflow, r.Window = 15*time.Second, 1
	return o.set("flows15", r)
}

func (o options) set(name string, r dataset.Recipe) (*dataset.Set, error) {
	captures, err := o.captures()
	if err != nil {
		return nil, err
	}
	return dataset.Ensure(filepath.Join(o.work, name), r, captures)
}
