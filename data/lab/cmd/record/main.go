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
	flag.IntVar(&o.Hosts, "hosts", 12, "hosts; each records every application once, the later half inside a VPN")
	flag.StringVar(&apps, "app", "", "applications, or TYPE/APPLICATION pairs, with commas between; all if empty")
	flag.StringVar(&access, "access", "", "access networks, with commas between; drawn for each recording if empty")
	flag.BoolVar(&o.VPN, "vpn", false, "all hosts inside a VPN")
	flag.Float64Var(&o.Seconds, "seconds", 0, "length of each recording; drawn between 88 and 119 if 0")
	flag.Uint64Var(&o.Seed, "seed", 1, "seed of the set")
	flag.BoolVar(&o.Real, "real", false, "in real time")
	flag.BoolVar(&o.Any, "any", false, "keep recordings that give fewer than 3 windows of 20 miniflows")
	flag.IntVar(&o.Parallel, "parallel", runtime.NumCPU(), "recordings at once")
	flag.Parse()
	if o.Out == "" || flag.NArg() > 0 || o.Hosts < 1 || o.Hosts > 200 {
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
		vpn := ""
		if r.VPN {
			vpn = "VPN"
		}
		fmt.Fprintf(os.Stderr, "%3d of %d  host%02d %-14s %-10s %-3s %-9s %5.1f s %7d packets %3d miniflows %3d windows\n",
			done, all, r.Host, r.Type, r.App, vpn, r.Access, r.Seconds, r.Packets, r.Slots, r.Windows)
	})
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
