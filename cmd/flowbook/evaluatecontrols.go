package main

import (
	"errors"
	"fmt"

	"flowbook/data/control"
	"flowbook/flowlib/dataset"
	"flowbook/modellib/controls"
	"flowbook/modellib/run"
)

// study is a data set with the label and split that a score was made by.
type study struct {
	set   *dataset.Set
	label string
	split dataset.SplitSpec
}

// runControls tries the pipeline on planted sets, then the study, if any.
func (a *app) runControls(f evaluateFlags, args []string) error {
	studies, err := a.studies(f, args)
	if err != nil {
		return err
	}
	failed := 0
	show := func(r *controls.Report, err error) error {
		if err != nil {
			return err
		}
		failed += len(r.Failed())
		return a.print(r, f.asJSON)
	}
	if err := show(controls.Planted(plants())); err != nil {
		return err
	}
	for _, s := range studies {
		if err := a.doubt(s, f.asJSON, show); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%s not as expected, see the verdicts", plural(failed, "control is", "controls are"))
	}
	return nil
}

// plants are the control sets with what theory says of them.
func plants() []controls.Plant {
	var out []controls.Plant
	for _, kind := range control.Kinds {
		spec := control.Default(kind)
		e := spec.Expected()
		out = append(out, controls.Plant{Kind: string(kind), Set: spec.Make(), Best: e.Best, Chance: e.Chance})
	}
	return out
}

// studies are what a run, or --task and --data, ask to doubt.
func (a *app) studies(f evaluateFlags, args []string) ([]study, error) {
	if f.task != "" {
		task, set, err := openTask(f)
		if err != nil {
			return nil, err
		}
		return []study{{set, task.Label, task.Spec()}}, nil
	}
	if len(args) == 0 {
		return nil, nil
	}
	r, err := run.Open(args[0])
	if err != nil {
		return nil, err
	}
	set, err := dataOf(r)
	if err != nil {
		return nil, fmt.Errorf("the controls need the data set of the run: %w", err)
	}
	var recipe struct{ Split dataset.SplitSpec }
	if err := r.Manifest.DecodeRecipe(&recipe); err != nil {
		return nil, err
	}
	var out []study
	for _, t := range r.Manifest.Tasks {
		if t.Name == "type" || t.Name == "app" {
			out = append(out, study{set, t.Name, recipe.Split})
		}
	}
	if len(out) == 0 {
		return nil, errors.New("the run has neither the task type nor app, for which there are controls")
	}
	return out, nil
}

// doubtful is how many windows the controls of a study work on.
const doubtful = 4000

// doubt runs all controls of one study.
func (a *app) doubt(s study, asJSON bool, show func(*controls.Report, error) error) error {
	if thin := controls.Thin(s.set, doubtful); len(thin.Windows) < len(s.set.Windows) {
		a.say("controls on %d of %d windows, some of each superflow", len(thin.Windows), len(s.set.Windows))
		s.set = thin
	}
	for _, control := range []func() (*controls.Report, error){
		func() (*controls.Report, error) { return controls.Shuffled(s.set, s.label, s.split) },
		func() (*controls.Report, error) { return controls.Contaminating(s.set, s.label, s.split) },
		func() (*controls.Report, error) { return controls.SingleFeature(s.set, s.label, s.split) },
		func() (*controls.Report, error) {
			all, drops, err := controls.Importance(s.set, s.label, s.split)
			if err != nil {
				return nil, err
			}
			return controls.DropReport("Permutation importance of a forest on means", all, drops), nil
		},
		func() (*controls.Report, error) {
			all, drops, err := controls.Occlusion(s.set, s.label, s.split)
			if err != nil {
				return nil, err
			}
			return controls.DropReport("Feature families hidden from a forest on means", all, drops), nil
		},
		func() (*controls.Report, error) { return controls.Sequence(s.set, s.label, s.split) },
		func() (*controls.Report, error) { return controls.DraperGil(s.set, s.split) },
		func() (*controls.Report, error) { return controls.Shift(s.set, s.label, s.split.Seed) },
		func() (*controls.Report, error) { return controls.VPN(s.set, s.label, s.split) },
	} {
		if err := show(control()); err != nil {
			return err
		}
	}
	unknown, err := controls.OpenWorld(s.set, s.split)
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(unknown)
	}
	_, err = fmt.Fprintln(a.out, controls.OpenWorldTable(unknown))
	return err
}
