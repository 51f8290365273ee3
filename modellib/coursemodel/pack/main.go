// Command pack trains the course model and writes model.zip and its card into
// a folder:
//
//	go run ./modellib/coursemodel/pack -out modellib/coursemodel
package main

import (
	"archive/zip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"

	"flowbook/data/course"
	"flowbook/flowlib/dataset"
	"flowbook/flowlib/flowio"
	"flowbook/modellib"
	"flowbook/modellib/coursemodel"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"
)

// name is what the model is called where it is printed.
const name = "course model (GRU, multi-task)"

func main() {
	log.SetFlags(0)
	log.SetPrefix("pack: ")
	out := flag.String("out", "", "folder of the package coursemodel")
	flag.Parse()
	if *out == "" {
		log.Fatal("-out is missing")
	}
	if err := pack(*out); err != nil {
		log.Fatal(err)
	}
}

// pack measures, trains, and writes the archive and the card.
func pack(out string) error {
	dir, err := os.MkdirTemp("", "course-model")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	captures := filepath.Join(dir, "captures")
	if err := course.Unpack(captures, false); err != nil {
		return err
	}
	set, err := dataset.Build(filepath.Join(dir, "set"), dataset.Recommended(), captures)
	if err != nil {
		return err
	}
	set.Dir = "course set" // the manifest names no place of this machine
	trained, err := modellib.Train(set, modellib.Defaults("gru", []string{"type", "app"}), filepath.Join(dir, "run"), func(e run.Epoch) {
		log.Printf("epoch %d: validation %.4f", e.Epoch, e.ValLoss)
	})
	if err != nil {
		return err
	}
	text, err := card(set, trained)
	if err != nil {
		return err
	}
	if err := shrink(trained, filepath.Join(dir, "run")); err != nil {
		return err
	}
	if err := archive(filepath.Join(out, "model.zip"), filepath.Join(dir, "run"), trained); err != nil {
		return err
	}
	return flowio.WriteFile(filepath.Join(out, "README.md"), func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// shrink leaves what predicting needs: weights, and validation predictions to
// four digits for the temperature.
func shrink(r *run.Run, dir string) error {
	r.Predictions, r.Baselines = nil, nil
	for _, p := range r.Validation {
		for _, row := range p.Probs {
			for k, v := range row {
				row[k] = math.Round(v*1e4) / 1e4
			}
		}
	}
	return run.Write(dir, r)
}

// archive zips the files of a run, without times.
func archive(path, dir string, r *run.Run) error {
	origin, err := json.Marshal(coursemodel.Origin{Course: course.Hash(), Name: name})
	if err != nil {
		return err
	}
	names := []string{run.ManifestName}
	for _, f := range r.Manifest.Files {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return flowio.WriteFile(path, func(w io.Writer) error {
		z := zip.NewWriter(w)
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil {
				err = add(z, name, text)
			}
			if err != nil {
				return err
			}
		}
		if err := add(z, coursemodel.OriginName, origin); err != nil {
			return err
		}
		return z.Close()
	})
}

func add(z *zip.Writer, name string, text []byte) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// card is the model card, after Mitchell and others, Model Cards for Model
// Reporting (2019).
func card(set *dataset.Set, r *run.Run) (string, error) {
	report, err := evaluate.Run(r)
	if err != nil {
		return "", err
	}
	m := r.Manifest
	text := fmt.Sprintf(`# Model card: the course model

Written by make course-model; every number is computed when the model is trained.

**What it is.** A %s with %d weights, heads for traffic type (%d classes) and
application (%d), recommended settings, best epoch %d of %d. It reads windows of %d
miniflows (3 s) of one superflow (120 s) with %d features of time and volume; no
payload, no addresses, no ports.

**What it was trained on.** The course set (captures with SHA-256 %s…):
%d windows of %d superflows. The laboratory's stand-ins carry the paper's class
names; they are not those products. Split: %s: %d windows train, %d validation,
%d test from %d hosts.

**How well it does.** On test hosts that it never saw:

`, m.Model, m.Params, len(set.Types), len(set.Apps), m.Best, len(r.History), set.Steps, len(set.Features), course.Hash()[:12],
		len(set.Windows), set.Manifest.Superflows, m.Split.Name, m.Split.Train, m.Split.Validation, m.Split.Test, m.Split.TestGroups)
	for _, h := range report.Heads {
		text += h.ScoreTable().Markdown() + "\n" + h.ClassTable().Markdown() + "\n"
	}
	share, limit, err := outside(set, r)
	if err != nil {
		return "", err
	}
	text += fmt.Sprintf(`**When it says nothing.** It names no class for a window farther than %.3f from its
nearest training window (package reach): the range holds 99 %% of its validation
windows, and %.1f %% of the test windows lie outside.

**What it is for.** Looking at a first capture, and the notebook on captures of
one's own. Its probabilities are calibrated on laboratory traffic only: on
another network they mean less than they say, and a class that it was not taught
gets the name of one that it was.

**What it is not for.** Any decision about people or their traffic: blocking,
billing, surveillance, evidence. It is not tested on real users, other years,
other access networks than those of the laboratory, or traffic shaped to evade.
`, limit, 100*share)
	return text, nil
}

// outside is the share of test windows that lie beyond the range.
func outside(set *dataset.Set, r *run.Run) (share, limit float64, err error) {
	c, err := modellib.OpenClassifier(r.Dir, "")
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	found, err := c.Classify(set, r.Predictions[0].Window)
	if err != nil {
		return 0, 0, err
	}
	n := 0
	for _, d := range found.Distance {
		if d > c.Reach.Limit {
			n++
		}
	}
	return float64(n) / float64(len(found.Distance)), c.Reach.Limit, nil
}
