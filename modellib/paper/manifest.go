package paper

import (
	"flowbook/flowlib/dataset"
	"flowbook/internal/manifest"
	"flowbook/modellib/run"
)

// Format names the version of the results directory that this code reads.
const Format = "flowbook-paper/1"

// ModelVersion counts the changes of models, training and baselines that change
// numbers by more than rounding: whoever makes one adds one here, and results
// that were made before are stale (a test of package experiment tells).
const ModelVersion = 1

// Manifest is manifest.json of a results directory.
type Manifest struct {
	Format      string          `json:"format"`
	Key         string          `json:"key"`         // hash of what determines the numbers: data, recipes, ModelVersion
	Quick       bool            `json:"quick"`       // one seed, one fold, early stopping
	Source      Source          `json:"source"`      // what the data are
	Comparisons []Pairing       `json:"comparisons"` // fixed before training
	Arms        []*Arm          `json:"arms"`
	Left        []string        `json:"left"` // what these data do not allow, in sentences
	Backend     run.Backend     `json:"backend"`
	Versions    []run.Version   `json:"versions"`
	Seconds     float64         `json:"seconds"` // wall time of all trainings, measured
	Files       []manifest.File `json:"files"`
}

// Source says where the data come from.
type Source struct {
	Kind string `json:"kind"` // "course", "captures" or "dataset"
	Name string `json:"name"` // without its place on the machine
	Hash string `json:"hash"`
}

// The presets, in the order of the report.
const (
	Published   = "published"   // what the paper's program does
	Figures     = "figures"     // what its text and figures say
	Recommended = "recommended" // fair: by group, every group tested, several seeds
)

// Arm is one preset: its data, its split, its trainings.
type Arm struct {
	Preset  string         `json:"preset"`
	Changes []string       `json:"changes"` // how it differs from the preset since the data ask for it
	Data    Data           `json:"data"`
	Split   run.Split      `json:"split"` // of the first fold
	Folds   int            `json:"folds"` // that were tested
	Of      int            `json:"of"`    // folds there are; 1 without folds
	Groups  int            `json:"groups"`
	Seeds   []int64        `json:"seeds"`
	Leak    dataset.Leak   `json:"leak"`   // what the test part of the first fold shares with train
	Winner  string         `json:"winner"` // "cnn" or "gru": the better multi-task model on validation
	Scores  []WinnerScore  `json:"winner_scores"`
	Models  []Model        `json:"models"`
	Tasks   []Task         `json:"tasks"`
	Drawn   []Architecture `json:"drawn"` // of the networks

	seen map[string]*table // predictions by task
}

// WinnerScore is how a multi-task model did on validation.
type WinnerScore struct {
	Model   string  `json:"model"`
	MacroF1 float64 `json:"macro_f1"` // mean over tasks, pooled over folds, and over seeds
}

// Data is what the windows of an arm are.
type Data struct {
	Hash       string              `json:"hash"`
	Recipe     dataset.Recipe      `json:"recipe"`
	Windows    int                 `json:"windows"`
	Superflows int                 `json:"superflows"`
	Captures   int                 `json:"captures"`
	Steps      int                 `json:"steps"`
	Features   []string            `json:"features"`
	Constant   []string            `json:"constant"` // columns that say nothing
	Pairs      []dataset.PairCount `json:"pairs"`
	Vanished   []string            `json:"vanished"` // labels without a window
	LeftOut    map[string]int      `json:"left_out"`
	Notes      []string            `json:"notes"`
	Unit       string              `json:"unit"` // the set's own group
}

// Task is one label and its classes.
type Task struct {
	Name         string   `json:"name"` // "type", "app"
	Classes      []string `json:"classes"`
	NotEstimable []string `json:"not_estimable"`
}

// Model is what was trained, or a baseline.
type Model struct {
	Name      string   `json:"name"`  // in the predictions: "cnn-mt"
	Title     string   `json:"title"` // in tables: "CNN MT"
	Tasks     []string `json:"tasks"`
	Params    int      `json:"params"` // of all its networks together
	Rate      float64  `json:"rate"`   // learning rate
	Trainings int      `json:"trainings"`
	Epochs    int      `json:"epochs"`  // of all trainings together
	CPU       float64  `json:"cpu"`     // seconds, measured, of all trainings
	Seconds   float64  `json:"seconds"` // wall, likewise
	Unended   int      `json:"unended"` // trainings whose last epoch was their best: more epochs might help
}

// The models of every arm. ST are the two single-task twins of the winner.
const (
	CNN      = "cnn-mt"
	GRU      = "gru-mt"
	Single   = "st"
	Pair     = "pair"     // one softmax over the pairs of type and application, marginals of it
	ReadOff  = "read-off" // the type that the single-task application model implies
	Majority = "majority"
	Nearest  = "1-NN"
	Forest   = "forest"
)

// Architecture is a network as Figures 1 to 3 draw it.
type Architecture struct {
	Figure string    `json:"figure"` // "Figures 1 and 2", "Figure 3"
	Title  string    `json:"title"`
	Trunk  []Layer   `json:"trunk"`
	Heads  [][]Layer `json:"heads"`
}

// Layer is one box of a drawing.
type Layer struct {
	Name   string `json:"name"`  // what it does
	Shape  string `json:"shape"` // of its output
	Params int    `json:"params"`
}

// Pairing is a comparison that is fixed before training.
type Pairing struct {
	Question string `json:"question"` // "RQ1", "RQ2", "baseline"
	A        string `json:"a"`        // model; "winner" is the better multi-task one
	B        string `json:"b"`
	Task     string `json:"task"`
}

// Pairings are the comparisons that the two questions need: RQ2 asks whether
// learning two tasks at once helps, so the multi-task model must also beat what
// knows both labels without two heads. Holm's correction goes over all of them.
func Pairings() []Pairing {
	return []Pairing{
		{"RQ1", CNN, GRU, "type"}, {"RQ1", CNN, GRU, "app"},
		{"RQ2", winner, Single, "type"}, {"RQ2", winner, Single, "app"},
		{"RQ2", winner, ReadOff, "type"},
		{"RQ2", winner, Pair, "type"}, {"RQ2", winner, Pair, "app"},
		{"baseline", winner, Forest, "type"}, {"baseline", winner, Forest, "app"},
	}
}

// winner stands for the better multi-task model.
const winner = "winner"
