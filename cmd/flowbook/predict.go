package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"flowbook/flowlib/capture"
	"flowbook/modellib/coursemodel"
	"flowbook/modellib/predict"

	"github.com/spf13/cobra"
)

// predictFlags are the flags of flowbook predict.
type predictFlags struct {
	run, per, backend         string
	asJSON, always, vpn, card bool
}

func (a *app) predict() *cobra.Command {
	var f predictFlags
	c := &cobra.Command{
		Use:   "predict [--run RUN] CAPTURE|DIR...",
		Short: "Say what is in captures that nobody has labelled",
		Long: `Classify the windows of captures with the network of a run: a line a window or
superflow, with calibrated probabilities (by a temperature that the run's
validation part gives), the distance to the nearest training windows, and the
packets that it was made of (byte offsets in the unpacked capture). Without
--run a small embedded network does it that was trained on the course set;
--card prints what it is and is not.

Outside the range that holds 99 % of the validation windows no class is named:
a network answers anything, noise included. --always names one all the same.
A capture whose flows are too short for a window is reported and the exit code
is 3. What was trained on one network need not hold in another.`,
		Args: usageArgs(func(c *cobra.Command, args []string) error {
			if f.card {
				return cobra.NoArgs(c, args)
			}
			return cobra.MinimumNArgs(1)(c, args)
		}),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.card {
				_, err := fmt.Fprint(a.out, coursemodel.Card())
				return err
			}
			if f.per != "window" && f.per != "superflow" {
				return usageError("--per is %q: known are window and superflow", f.per)
			}
			return a.runPredict(f, args)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.run, "run", "", "directory of the run whose network classifies (default: the embedded course model)")
	fl.StringVar(&f.per, "per", "window", "a line a window or a superflow (mean of its windows)")
	fl.StringVar(&f.backend, "backend", "", "auto, xla:cuda, xla:cpu, go, or xla:PATH of a PJRT plugin (default: the run's)")
	fl.BoolVar(&f.asJSON, "json", false, "a JSON object a line, with every class and every miniflow")
	fl.BoolVar(&f.always, "always", false, "name a class outside the range of the training data too")
	fl.BoolVar(&f.vpn, "vpn", false, "the captures were made inside a VPN; for networks that read that flag")
	fl.BoolVar(&f.card, "card", false, "print the model card of the embedded course model")
	return c
}

func (a *app) runPredict(f predictFlags, args []string) error {
	captures, err := capturesOf(args)
	if err != nil {
		return err
	}
	p, err := a.predictor(f)
	if err != nil {
		return err
	}
	defer p.Close()
	p.Always, p.VPN = f.always, f.vpn
	var bad []error
	for _, path := range captures {
		found, err := p.Capture(path)
		if err != nil {
			bad = append(bad, err)
		}
		if found == nil {
			continue
		}
		if found.Lost > 0 {
			a.say("%s: %s left out, with an infinite rate", path, plural(found.Lost, "window", "windows"))
		}
		lines := found.Windows
		if f.per == "superflow" {
			lines = p.Superflows(found)
		}
		if err := a.printPredictions(lines, f.asJSON); err != nil {
			return err
		}
	}
	return badInputs(bad)
}

// predictor opens the run that was asked for, or the embedded one, and says
// which it is.
func (a *app) predictor(f predictFlags) (*predict.Predictor, error) {
	name := f.run
	open := predict.Open
	if f.run == "" {
		name = "the embedded course model, whose probabilities are calibrated on laboratory traffic only (--card)"
		open = func(_, backend string) (*predict.Predictor, error) { return predict.OpenCourse(backend) }
	}
	p, err := open(f.run, f.backend)
	if err != nil {
		return nil, err
	}
	a.say("%s; trained on %d windows, classes are named up to distance %.2f", name, p.Run().Manifest.Split.Train, p.Limit())
	return p, nil
}

func (a *app) printPredictions(lines []predict.Prediction, asJSON bool) error {
	enc := json.NewEncoder(a.out)
	for _, l := range lines {
		var err error
		if asJSON {
			err = enc.Encode(l)
		} else {
			_, err = fmt.Fprintln(a.out, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// capturesOf lists the captures of arguments: files, and those in directories.
func capturesOf(args []string) ([]string, error) {
	var all []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil || !info.IsDir() {
			all = append(all, arg) // what is not there is a bad input of its own
			continue
		}
		before := len(all)
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && capture.IsName(path) {
				all = append(all, path)
			}
			return err
		})
		if err == nil && len(all) == before {
			err = errors.New("found no capture (.pcap, .pcapng, .cap, also .gz and .zst) in this directory")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", arg, err)
		}
	}
	return all, nil
}
