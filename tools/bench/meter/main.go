// Command meter measures flowbook extract beside other flow meters on the
// traces of make bench-meter: alternating runs, and of each program the run
// with the least processor time.
//
//	meter -dir DIR -runs N [-only t1,t2] -peers DIR
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// trace is an input.
type trace struct {
	name    string
	what    string
	packets int64
	slow    bool // short enough for slow programs
}

// program is something that is measured; %i is the input, %o a place for output.
type program struct {
	name    string
	command string
	slow    bool // only on short traces
}

// cost is what a run took.
type cost struct {
	wall, cpu time.Duration
	memory    int64 // bytes, of the largest process
}

func main() {
	dir := flag.String("dir", ".build/bench", "where the traces are and outputs go")
	peers := flag.String("peers", ".build/peers", "where programs that are not on the PATH are")
	runs := flag.Int("runs", 3, "runs of each program on each trace")
	only := flag.String("only", "", "traces to measure, by commas; all if empty")
	flag.Parse()
	for _, t := range traces {
		if *only != "" && !strings.Contains(","+*only+",", ","+t.name+",") {
			continue
		}
		if err := measure(t, *dir, *peers, *runs); err != nil {
			fmt.Fprintln(os.Stderr, "meter:", err)
			os.Exit(1)
		}
	}
}

// measure prints the table of one trace.
func measure(t trace, dir, peers string, runs int) error {
	input := filepath.Join(dir, t.name+".pcap")
	t.packets = count(input)
	var there []program
	var missing []string
	for _, p := range programs {
		switch {
		case p.slow && !t.slow:
		case !installed(p, peers):
			missing = append(missing, p.name)
		default:
			there = append(there, p)
		}
	}
	best := make([]cost, len(there))
	for range runs {
		for i, p := range there {
			c, err := run(p, input, dir, peers)
			if err != nil {
				return fmt.Errorf("%s on %s: %w", p.name, t.name, err)
			}
			if best[i].cpu == 0 || c.cpu < best[i].cpu {
				best[i] = c
			}
		}
	}
	fmt.Printf("\n%s: %s, %d packets; the cheapest of %d runs\n\n", t.name, t.what, t.packets, runs)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "CPU ns a packet\tto the floor\twall s\tMB\t  program")
	for i, p := range there {
		c := best[i]
		fmt.Fprintf(w, "%.0f\t%.2f\t%.2f\t%d\t  %s\n", float64(c.cpu)/float64(t.packets),
			float64(c.cpu)/float64(best[0].cpu), c.wall.Seconds(), c.memory>>20, p.name)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(missing) > 0 {
		fmt.Println("not installed:", strings.Join(missing, ", "))
	}
	return nil
}

// installed says whether the first word of a command can be run.
func installed(p program, peers string) bool {
	_, err := exec.LookPath(strings.Fields(expand(p.command, "", "", peers))[0])
	return err == nil
}

func expand(command, input, out, peers string) string {
	return strings.NewReplacer("%i", input, "%o", out, "%p", peers).Replace(command)
}

// run runs a program once; its output goes to a fresh directory.
func run(p program, input, dir, peers string) (c cost, err error) {
	out, err := os.MkdirTemp(dir, "out")
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(out)
	cmd := exec.Command("sh", "-c", expand(p.command, input, out, peers))
	begin := time.Now()
	if b, err := cmd.CombinedOutput(); err != nil {
		return c, fmt.Errorf("%w\n%s", err, b)
	}
	c.wall = time.Since(begin)
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c.memory = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	return c, nil
}
