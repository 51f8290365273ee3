package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"flowbook/data/course"
	"flowbook/flowlib/dataset"
	"flowbook/modellib"
	"flowbook/modellib/models"
	"flowbook/modellib/paper"
)

// arm is one preset with its data, split and seeds.
type arm struct {
	preset string
	set    *dataset.Set
	split  *dataset.Split // of the first fold
	folds  int            // that are tested
	of     int            // that there are; 1 without folds
	seeds  []int64
	quick  bool
	limit  int // most epochs of a training; 0 for the preset's
}

// seedsOf are the seeds of a full run; the first is the paper's.
var seedsOf = []int64{42, 43, 44, 45, 46}

// newArm plans a preset. A set that cannot be split is an error that says why.
func newArm(preset string, set *dataset.Set, quick bool) (*arm, error) {
	a := &arm{preset: preset, set: set, quick: quick, folds: 1, of: 1, seeds: seedsOf[:1]}
	var err error
	if a.split, err = set.Split(a.spec(1)); err != nil {
		return nil, err
	}
	if preset != paper.Recommended {
		return a, nil
	}
	a.of = a.split.Spec.Of
	if !quick {
		a.folds, a.seeds = a.of, seedsOf
	}
	for fold := range a.folds {
		if _, err := set.Split(a.spec(fold + 1)); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// spec is the split of a fold: the paper's, or by the set's own groups.
func (a *arm) spec(fold int) dataset.SplitSpec {
	if a.preset != paper.Recommended {
		return dataset.SplitSpec{Kind: "published", Seed: 42}
	}
	spec := dataset.SplitSpec{Kind: "group", Seed: 42, Fold: fold}
	if a.of > 1 { // else the set's own number
		spec.Of = a.of
	}
	return spec
}

// network names the models of the arm as package models does.
func (a *arm) network(kind string) string {
	if a.preset == paper.Figures {
		return kind + "-drawn"
	}
	return kind
}

// recipe is how one model of the arm is trained. kind is "cnn" or "gru".
func (a *arm) recipe(kind string, tasks []string, fold int, seed int64, backend string) modellib.Recipe {
	r := modellib.Defaults(kind, tasks)
	if a.preset != paper.Recommended {
		r = modellib.Published(kind, tasks)
		if len(tasks) == 1 && tasks[0] == "pair" {
			r.LearningRate = modellib.Published(kind, []string{"type", "app"}).LearningRate // it does both tasks
		}
		if a.quick {
			r.Epochs, r.Patience = 40, 5
		}
	}
	if a.preset == paper.Figures {
		r.Layout = models.Time
	}
	if a.limit > 0 {
		r.Epochs = min(r.Epochs, a.limit)
	}
	r.Model, r.Seed, r.Backend, r.Split = a.network(kind), seed, backend, a.spec(fold)
	return r
}

// part is one model of an arm: a network and its heads.
type part struct {
	name  string // in the predictions
	kind  string // "cnn" or "gru"
	tasks []string
}

func multi(kind string) part { return part{kind + "-mt", kind, []string{"type", "app"}} }

// afterWinner are the models that depend on which multi-task one is better.
func afterWinner(kind string) []part {
	return []part{{paper.Single, kind, []string{"type"}}, {paper.Single, kind, []string{"app"}}, {paper.Pair, kind, []string{"pair"}}}
}

// trainings is how many networks the arm trains.
func (a *arm) trainings() int { return (2 + len(afterWinner(""))) * a.folds * len(a.seeds) }

// dir is where one training lies below the results directory.
func (a *arm) dir(p part, fold int, seed int64) string {
	tasks := ""
	if p.name == paper.Single {
		tasks = "-" + p.tasks[0]
	}
	return fmt.Sprintf("runs/%s/%s-%s%s-seed%d-fold%d", a.preset, p.name, p.kind, tasks, seed, fold)
}

// keyOf is the hash of what determines the numbers: the captures or the data
// set, the recipes of all data and of all trainings that may be made, and the
// version of the models. Not the backend, the machine, or any source file: those
// change last digits at most, or ModelVersion.
func keyOf(source paper.Source, arms []*arm) string {
	type entry struct {
		Preset  string
		Data    dataset.Recipe
		Recipes []modellib.Recipe
	}
	all := struct {
		Version int
		Source  string
		Arms    []entry
	}{Version: paper.ModelVersion, Source: source.Hash}
	for _, a := range arms {
		e := entry{Preset: a.preset, Data: a.set.Manifest.Recipe}
		for _, kind := range []string{"cnn", "gru"} {
			for _, p := range append([]part{multi(kind)}, afterWinner(kind)...) {
				for _, seed := range a.seeds {
					for fold := range a.folds {
						e.Recipes = append(e.Recipes, a.recipe(kind, p.tasks, fold+1, seed, ""))
					}
				}
			}
		}
		all.Arms = append(all.Arms, e)
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic("experiment: " + err.Error()) // plain values
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Fresh says whether this version of the program would make results of the
// course set with the same captures, recipes and models; the error says what
// changed. It opens no data: that the captures still give the same windows is
// for those to check who have them (Arm.Data.Hash).
func Fresh(m *paper.Manifest) error {
	if m.Source.Kind != "course" || m.Source.Hash != course.Hash() {
		return fmt.Errorf("the results are of %s (%.12s), the course set is %.12s", m.Source.Name, m.Source.Hash, course.Hash())
	}
	presets := map[string]dataset.Recipe{paper.Published: dataset.Published(), paper.Figures: dataset.Figures(), paper.Recommended: dataset.Recommended()}
	var arms []*arm
	for _, have := range m.Arms {
		r := presets[have.Preset]
		if have.Preset == paper.Figures {
			r.Idle = have.Data.Recipe.Idle // its fallback
		}
		set := &dataset.Set{}
		set.Manifest.Recipe = r
		arms = append(arms, &arm{preset: have.Preset, set: set, folds: have.Folds, of: have.Of, seeds: have.Seeds, quick: m.Quick})
	}
	if key := keyOf(m.Source, arms); key != m.Key {
		return fmt.Errorf("recipes or models changed: the results have the key %.12s, this program makes %.12s", m.Key, key)
	}
	return nil
}
