// Command record makes labelled recordings of the laboratory. It is run from
// the module's folder, needs no privileges, and builds the program for virtual
// time in .build first:
//
//	go run ./cmd/record -out DIR
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"

	"flowbook/data/lab/recorder"
	"flowbook/data/lab/session"
	"flowbook/data/lab/virtual"
)

func main() {
	var o recorder.Options
	var apps, access string
	flag.StringVar(&o.Out, "out", "", "folder for the captures and labels.json (required)")
	flag.BoolVar(&o.Course, "course", false, "the course set: its crossed design, all else but -seed and -jobs unused")
	flag.IntVar(&o.Hosts, "hosts", 1, "hosts; each records every chosen application once")
	flag.StringVar(&apps, "app", "", "applications, or TYPE/APPLICATION pairs, with commas between; all if empty")
	flag.StringVar(&access, "access", "", "access networks, with commas between; the hosts' own if empty")
	flag.StringVar(&o.Tunnel, "tunnel", "", "inside a VPN: wireguard or tls")
	flag.Float64Var(&o.Seconds, "seconds", 0, "length of each recording; drawn if 0: 102 to 119, sparse classes 600 to 660")
	flag.Float64Var(&o.Rate, "rate", 0, "rate of the access lines, Mbit/s; the hosts' own if 0")
	flag.Uint64Var(&o.Seed, "seed", 1, "seed of the set")
	flag.BoolVar(&o.Real, "real-time", false, "in real time")
	flag.IntVar(&o.Jobs, "jobs", runtime.NumCPU(), "recordings at once")
	flag.Parse()
	if o.Out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	o.Apps, o.Access = list(apps), list(access)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o recorder.Options) error {
	program, err := virtual.Build(".", "./cmd/session")
	if err != nil {
		return err
	}
	return recorder.Record(ctx, program, o, func(done, all int, r session.Result) {
		fmt.Fprintf(os.Stderr, "%3d of %d  host%02d day%d %-13s %-10s %-10s %-9s %-9s %5.1f s %6d packets %3d windows in %d superflows\n",
			done, all, r.Host, r.Day, r.Type, r.App, r.Way, r.Tunnel, r.Access, r.Seconds, r.Packets, r.Windows, r.Supers)
	})
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
