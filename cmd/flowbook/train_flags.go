package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"flowbook/modellib"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
	"flowbook/modellib/tune"

	"github.com/spf13/cobra"
)

// trainFlags are the flags of flowbook train; what is not given is the
// preset's, or that of the run of --like.
type trainFlags struct {
	data, like, tasks, taskWeights, hyper, preset, out string
	given                                              modellib.Recipe // what single flags set
	seeds, folds                                       int
	restart                                            bool
	split                                              splitFlags
}

func (f *trainFlags) bind(c *cobra.Command) {
	fl, r := c.Flags(), &f.given
	fl.StringVar(&f.data, "data", "", "directory of the data set (required, unless --like says it)")
	fl.StringVar(&r.Model, "model", "", strings.Join(models.Names(), ", ")+" (required, unless --like says it)")
	fl.StringVarP(&f.out, "out", "o", "", "directory of the run (required)")
	fl.StringVar(&f.like, "like", "", "take data set and recipe of this run, or the best trial of this search; other flags change them")
	f.bindRecipe(c)
	fl.IntVar(&f.seeds, "seeds", 1, "train so many times, with --seed and the numbers after it")
	fl.IntVar(&f.folds, "folds", 1, "train once for each of so many folds of the grouped split")
	fl.BoolVar(&f.restart, "restart", false, "begin anew where --out holds a training that has not finished")
	f.split.bind(c)
	fl.Lookup("split").DefValue = "the preset's"
	required(c, "out")
}

// bindRecipe makes the flags that change a recipe.
func (f *trainFlags) bindRecipe(c *cobra.Command) {
	fl, r := c.Flags(), &f.given
	fl.StringVar(&f.preset, "preset", "recommended", "published or recommended; the defaults of the flags below")
	fl.StringVar(&f.tasks, "task", "type,app", "heads: type, app, type,app, or pair")
	fl.StringVar(&r.Layout, "layout", "", "time (steps × features) or aspub (as published: features × steps)")
	fl.StringVar(&f.hyper, "hyper", "", `hyperparameters of the model as JSON, such as {"units":48}`)
	fl.IntVar(&r.Epochs, "epochs", 0, "epochs at most")
	fl.IntVar(&r.Batch, "batch", 0, "windows a step")
	fl.Float64Var(&r.LearningRate, "learning-rate", 0, "learning rate")
	fl.StringVar(&r.Schedule, "schedule", "", "of the rate: constant, linear, cosine, step:N:F, exponential:F, plateau:N:F (N epochs, factor F)")
	fl.Float64Var(&r.Warmup, "warmup", 0, "epochs over which the rate grows from 0")
	fl.IntVar(&r.Patience, "patience", 0, "stop after so many epochs without a better validation score; 0: never")
	fl.StringVar(&r.Watch, "watch", "", "that score: val_loss or val_macro_f1")
	fl.Float64Var(&r.ClipNorm, "clip-norm", 0, "largest norm of the gradient; 0: any")
	fl.StringVar(&r.ClassWeights, "class-weights", "", "none, balanced or sqrt (between the two)")
	fl.StringVar(&f.taskWeights, "task-weights", "", "weights of the heads' losses, such as 1,0.5 (c1 and c2 of section 3.7)")
	fl.Int64Var(&r.Seed, "seed", 42, "seed of weights, order and dropout")
	fl.StringVar(&r.Backend, "backend", "auto", "auto (the best of the others that works here), xla:cuda, xla:cpu, go, or xla:PATH of a PJRT plugin")
}

// recipe is that of the preset or of --like, with the flags that were given on top.
func (f *trainFlags) recipe(c *cobra.Command) (modellib.Recipe, error) {
	r, err := f.base(c)
	if err != nil {
		return r, err
	}
	set := c.Flags().Changed
	if f.like == "" || set("seed") {
		r.Seed = f.given.Seed
	}
	if f.like == "" || set("backend") {
		r.Backend = f.given.Backend
	}
	for flag, take := range map[string]func(){
		"layout": func() { r.Layout = f.given.Layout }, "epochs": func() { r.Epochs = f.given.Epochs },
		"batch": func() { r.Batch = f.given.Batch }, "learning-rate": func() { r.LearningRate = f.given.LearningRate },
		"schedule": func() { r.Schedule = f.given.Schedule }, "warmup": func() { r.Warmup = f.given.Warmup },
		"patience": func() { r.Patience = f.given.Patience }, "watch": func() { r.Watch = f.given.Watch },
		"clip-norm": func() { r.ClipNorm = f.given.ClipNorm }, "class-weights": func() { r.ClassWeights = f.given.ClassWeights },
	} {
		if set(flag) {
			take()
		}
	}
	if err := f.parsed(c, &r); err != nil {
		return r, err
	}
	if err := r.Check(); err != nil {
		return r, usageError("%v", err)
	}
	return r, nil
}

// base is the recipe that the flags change.
func (f *trainFlags) base(c *cobra.Command) (modellib.Recipe, error) {
	if f.like != "" {
		return f.ofRun(c)
	}
	for _, missing := range []struct{ name, value string }{{"data", f.data}, {"model", f.given.Model}} {
		if missing.value == "" {
			return modellib.Recipe{}, usageError("--%s is missing\nusage: %s", missing.name, c.UseLine())
		}
	}
	tasks := strings.Split(f.tasks, ",")
	switch f.preset {
	case "published":
		return modellib.Published(f.given.Model, tasks), nil
	case "recommended":
		return modellib.Defaults(f.given.Model, tasks), nil
	}
	return modellib.Recipe{}, usageError("--preset is %q: known are published and recommended", f.preset)
}

// likeOf is the recipe of a run, or of the best trial of a search, and where
// its data set lay.
func likeOf(dir string) (r modellib.Recipe, data string, err error) {
	if run.IsSearch(dir) {
		s, err := run.OpenSearch(dir)
		if err != nil {
			return r, "", err
		}
		r, err = tune.Best(s)
		return r, s.Data.Dir, err
	}
	like, err := run.Open(dir)
	if err != nil {
		return r, "", err
	}
	if err := like.Manifest.DecodeRecipe(&r); err != nil {
		return r, "", fmt.Errorf("%s: %w", dir, err)
	}
	return r, like.Manifest.Data.Dir, nil
}

// ofRun is the recipe of the run of --like, and its data set unless one is given.
func (f *trainFlags) ofRun(c *cobra.Command) (modellib.Recipe, error) {
	var r modellib.Recipe
	if c.Flags().Changed("preset") {
		return r, usageError("--preset and --like both say what the other flags change: give one of them")
	}
	r, data, err := likeOf(f.like)
	if err != nil {
		return r, err
	}
	if f.data == "" {
		f.data = data
	}
	if c.Flags().Changed("model") {
		r.Model, r.Hyper = f.given.Model, nil
	}
	if c.Flags().Changed("task") {
		r.Tasks, r.TaskWeights = strings.Split(f.tasks, ","), nil
	}
	return r, nil
}

// parsed takes the flags that have a form of their own.
func (f *trainFlags) parsed(c *cobra.Command, r *modellib.Recipe) error {
	set := c.Flags().Changed
	if set("hyper") {
		r.Hyper = nil
		if err := json.Unmarshal([]byte(f.hyper), &r.Hyper); err != nil {
			return usageError(`--hyper is %s: expected a JSON object such as {"units":48}: %v`, f.hyper, err)
		}
	}
	if set("task-weights") {
		r.TaskWeights = nil
		for part := range strings.SplitSeq(f.taskWeights, ",") {
			w, err := strconv.ParseFloat(part, 64)
			if err != nil {
				return usageError("--task-weights is %q: expected numbers with commas between", f.taskWeights)
			}
			r.TaskWeights = append(r.TaskWeights, w)
		}
	}
	return f.takeSplit(set, r)
}

// takeSplit takes the flags of the split.
func (f *trainFlags) takeSplit(set func(string) bool, r *modellib.Recipe) error {
	given, err := f.split.spec()
	if err != nil {
		return err
	}
	if set("split") {
		r.Split = given
	}
	if f.like == "" || set("split-seed") {
		r.Split.Seed = given.Seed
	}
	if f.like == "" || set("split-repeat") {
		r.Split.Repeat = given.Repeat
	}
	if f.like == "" || set("split-inner") {
		r.Split.Inner, r.Split.InnerOf = given.Inner, given.InnerOf
	}
	return nil
}

// plan is the recipe for all seeds and folds that are asked for.
func (f *trainFlags) plan(r modellib.Recipe) (modellib.Plan, error) {
	if f.seeds < 1 || f.folds < 1 {
		return modellib.Plan{}, usageError("--seeds is %d and --folds is %d: expected at least 1", f.seeds, f.folds)
	}
	p := modellib.Plan{Recipe: r, Folds: f.folds}
	for i := range f.seeds {
		p.Seeds = append(p.Seeds, r.Seed+int64(i))
	}
	if err := p.Check(); err != nil {
		return p, usageError("%v", err)
	}
	return p, nil
}
