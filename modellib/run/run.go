package run

import (
	"encoding/json"
	"fmt"
)

// Manifest is manifest.json of a run: everything needed to repeat it.
type Manifest struct {
	Format   string    `json:"format"`   // Format
	Recipe   any       `json:"recipe"`   // modellib.Recipe as JSON; opaque here
	Model    string    `json:"model"`    // "cnn", "gru", …
	Tasks    []Task    `json:"tasks"`    // the heads, in the order of the model's outputs
	Data     Data      `json:"data"`     // what it was trained on
	Split    Split     `json:"split"`    // how the windows were divided
	Backend  Backend   `json:"backend"`  // what computed it, and why
	Params   int       `json:"params"`   // trainable parameters
	Stopped  string    `json:"stopped"`  // why training ended: "epochs", "early stop"; "imported" where weights came from elsewhere
	Best     int       `json:"best"`     // epoch whose weights were kept, from 1
	Seconds  float64   `json:"seconds"`  // wall time of training, measured
	CPU      float64   `json:"cpu"`      // CPU time of training, user + system, measured
	Versions []Version `json:"versions"` // modules and plugin
	Files    []File    `json:"files"`    // the data files beside the manifest; Write fills it
}

// File is one data file of a run directory. Its name holds the start of its
// hash, so that files of two trainings never take each other's place.
type File struct {
	Kind   string `json:"kind"`            // "history", "predictions", "validation", "baselines", "weights"
	Name   string `json:"name"`            // in the run directory
	Model  string `json:"model,omitempty"` // of predictions and baselines
	Task   string `json:"task,omitempty"`  // of predictions and baselines
	Rows   int    `json:"rows"`            // rows below the header; 0 for weights
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"` // in hexadecimal
}

// Task returns the head of that name, and whether the run has it.
func (m *Manifest) Task(name string) (Task, bool) {
	for _, t := range m.Tasks {
		if t.Name == name {
			return t, true
		}
	}
	return Task{}, false
}

// DecodeDataRecipe fills dst, a pointer to a dataset.Recipe, with how the
// windows were measured. A run of a version that did not record it is an error.
func (m *Manifest) DecodeDataRecipe(dst any) error {
	if m.Data.Recipe == nil {
		return fmt.Errorf("the run does not say how its windows were measured: another version wrote it; train it again")
	}
	raw, err := json.Marshal(m.Data.Recipe)
	if err == nil {
		err = json.Unmarshal(raw, dst)
	}
	if err != nil {
		return fmt.Errorf("data recipe of the run: %w", err)
	}
	return nil
}

// DecodeRecipe fills dst, a pointer to the caller's recipe type, from the
// recipe of the manifest, whether it is a value just trained with or one that
// Open read from disk.
func (m *Manifest) DecodeRecipe(dst any) error {
	raw, err := json.Marshal(m.Recipe)
	if err != nil {
		return fmt.Errorf("recipe of the run: %w", err)
	}
	if err := json.Unmarshal(raw, dst); err != nil {
		return fmt.Errorf("recipe of the run: %w", err)
	}
	return nil
}

// Format names the version of the run directory that this code reads.
const Format = "flowbook-run/2"

// Task is one head of the model.
type Task struct {
	Name    string   `json:"name"`    // "type" or "app"
	Classes []string `json:"classes"` // label of each output
}

// Data names the data set of a run.
type Data struct {
	Dir      string   `json:"dir"`
	Hash     string   `json:"hash"` // of its manifest
	Windows  int      `json:"windows"`
	Steps    int      `json:"steps"`
	Features []string `json:"features"`
	Recipe   any      `json:"recipe"` // dataset.Recipe as JSON: how the windows were measured; opaque here
}

// Split records how the windows were divided, in numbers that are printed beside every score.
type Split struct {
	Name         string   `json:"name"` // as printed: "published random split (leaks)", "by host, fold 1 of 4"
	Unit         string   `json:"unit"` // "window", "host", "session", …
	Seed         uint32   `json:"seed"`
	Train        int      `json:"train"`      // windows
	Validation   int      `json:"validation"` // windows
	Test         int      `json:"test"`       // windows
	TestGroups   int      `json:"test_groups"`
	NotEstimable []string `json:"not_estimable,omitempty"` // "type p2p" … classes with too few groups
}

// Backend records what computed the run.
type Backend struct {
	Name    string `json:"name"`   // "xla:cuda", "xla:cpu", "go"
	Why     string `json:"why"`    // one line
	Plugin  string `json:"plugin"` // file name of the PJRT plugin, "" for Go
	SHA256  string `json:"sha256"` // of the plugin
	Device  string `json:"device"`
	Threads int    `json:"threads"`
	CPU     string `json:"cpu"` // processor features that change last digits
}

// Version is one module or program that took part.
type Version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Epoch is one line of the training history. Values of an absent validation part are NaN.
type Epoch struct {
	Epoch         int     // from 1
	Loss, ValLoss float64 // sum over the heads, each by its task weight, nats
	Rate          float64 // learning rate of the epoch's last step
	Heads         []HeadEpoch
}

// HeadEpoch is the history of one head. Losses are means over windows, without
// class and task weights, in nats.
type HeadEpoch struct {
	Task                    string
	Loss, Accuracy          float64
	Precision, Recall       float64 // Keras' micro at threshold 0.5
	MacroF1                 float64 // mean over the classes that occur in truth or prediction
	ValLoss, ValAccuracy    float64
	ValPrecision, ValRecall float64
	ValMacroF1              float64
}

// Predictions are the test windows of one model (the network or a baseline) for one head.
type Predictions struct {
	Model  string      // "cnn", "majority", "1-NN"
	Task   string      // "type" or "app"
	Window []int       // window number in the data set
	Group  []string    // independent group of each window (host, session, superflow …)
	Truth  []int       // class numbers
	Probs  [][]float64 // softmax output, one row a window
}

// Run is an opened run directory.
type Run struct {
	Dir         string
	Manifest    Manifest
	History     []Epoch
	Predictions []Predictions // the network's, a head each
	Validation  []Predictions // the network's on the validation part, a head each, for calibration; none where that part is empty
	Baselines   []Predictions // majority and 1-NN on the same split, a head each
	Weights     []byte        // .npz of the trained weights; Write stores it, Open leaves it on disk (see WeightsFile)
}
