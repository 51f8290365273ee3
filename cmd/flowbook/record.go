package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// recordFlags are the options of flowbook record.
type recordFlags struct {
	out          string
	apps, access []string
	vpn, real    bool
	tunnel       string
	hosts, jobs  int
	seconds      float64
	rate         float64
	seed         uint64
}

func (a *app) record() *cobra.Command {
	var f recordFlags
	c := &cobra.Command{
		Use:   "record --out DIR",
		Short: "Record new laboratory traffic, labelled to the packet",
		Long: `Record traffic of the laboratory (data/lab) into DIR: captures, labels.json, and
beside each capture what each packet carries. Runs from a checkout, builds the
laboratory first, and needs neither privileges nor a network interface. Time
is virtual: two minutes of traffic take about a second.

A run that was interrupted goes on with what is missing when it is repeated.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.runRecord(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVarP(&f.out, "out", "o", "", "directory to write to (required)")
	fl.StringSliceVar(&f.apps, "app", nil, "application or TYPE/APPLICATION, may be repeated; all if not given")
	fl.StringSliceVar(&f.access, "access", nil, "access network (fibre, cable, dsl, lte, wifi, satellite), may be repeated; host by host takes the next")
	fl.BoolVar(&f.vpn, "vpn", false, "inside a VPN")
	fl.StringVar(&f.tunnel, "tunnel", "wireguard", "kind of VPN: wireguard or tls")
	fl.IntVar(&f.hosts, "hosts", 1, "hosts; each records every application once")
	fl.Float64Var(&f.seconds, "seconds", 0, "length of each recording; drawn if 0")
	fl.Float64Var(&f.rate, "rate", 0, "rate of the access lines in Mbit/s; the hosts' own if 0")
	fl.Uint64Var(&f.seed, "seed", 1, "seed of the recordings")
	fl.IntVar(&f.jobs, "jobs", 2, "recordings at once")
	fl.BoolVar(&f.real, "real-time", false, "in real time, with netstack as it is")
	required(c, "out")
	return c
}

// runRecord runs the laboratory's own command in its module: the main module
// links none of it.
func (a *app) runRecord(ctx context.Context, f recordFlags) error {
	lab, err := laboratory()
	if err != nil {
		return err
	}
	args, err := f.args()
	if err != nil {
		return err
	}
	program := filepath.Join(lab, ".build", "record")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/record")
	build.Dir, build.Stderr = lab, a.err
	a.say("building the laboratory")
	if err := build.Run(); err != nil {
		return fmt.Errorf("record: building %s: %w", lab, err)
	}
	c := exec.CommandContext(ctx, program, args...)
	c.Dir, c.Stdout = lab, a.out
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGINT) } // it stops its children and removes what is half done
	c.WaitDelay = 10 * time.Second
	var said strings.Builder
	c.Stderr = a.err
	if a.quiet {
		c.Stderr = &said
	}
	err = c.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitUsage {
		return usageError("record: %s", strings.TrimSpace(said.String()))
	}
	if err != nil {
		return fmt.Errorf("record: the laboratory failed (%w)%s", err, said.String())
	}
	a.say("captures, labels.json and truth written to %s", f.out)
	return nil
}

// args are the arguments of data/lab's command record.
func (f recordFlags) args() ([]string, error) {
	out, err := filepath.Abs(f.out)
	if err != nil {
		return nil, err
	}
	if f.jobs < 1 || f.hosts < 1 {
		return nil, usageError("--jobs is %d and --hosts %d, expected 1 or more", f.jobs, f.hosts)
	}
	args := []string{"-out", out, "-app", strings.Join(f.apps, ","), "-access", strings.Join(f.access, ","),
		"-hosts", strconv.Itoa(f.hosts), "-jobs", strconv.Itoa(f.jobs), "-seed", strconv.FormatUint(f.seed, 10),
		"-seconds", fmt.Sprint(f.seconds), "-rate", fmt.Sprint(f.rate)}
	if f.vpn {
		args = append(args, "-tunnel", f.tunnel)
	}
	if f.real {
		args = append(args, "-real-time")
	}
	return args, nil
}

// laboratory is the folder of the laboratory's module in the checkout.
func laboratory() (string, error) {
	root, err := checkout()
	if err != nil {
		return "", err
	}
	lab := filepath.Join(root, "data", "lab")
	if _, err := os.Stat(filepath.Join(lab, "go.mod")); err != nil {
		return "", fmt.Errorf("record: %w; the laboratory is part of a checkout", err)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", fmt.Errorf("record: building the laboratory needs Go: %w", err)
	}
	return lab, nil
}
