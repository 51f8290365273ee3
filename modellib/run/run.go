// Package run reads and writes run directories: what one training left on
// disk. It links no GoMLX, so that a notebook cell that only looks at results
// builds in half a second.
package run

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
	Stopped  string    `json:"stopped"`  // why training ended: "epochs" or "early stop"
	Best     int       `json:"best"`     // epoch whose weights were kept, from 1
	Seconds  float64   `json:"seconds"`  // wall time of training, measured
	CPU      float64   `json:"cpu"`      // CPU time of training, user + system, measured
	Versions []Version `json:"versions"` // modules and plugin
}

// Format names the version of the run directory that this code reads.
const Format = "flowbook-run/1"

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
	Name, Version string
}

// Epoch is one line of the training history. Values of an absent validation part are NaN.
type Epoch struct {
	Epoch         int     // from 1
	Loss, ValLoss float64 // sum over the heads, nats
	Heads         []HeadEpoch
}

// HeadEpoch is the history of one head.
type HeadEpoch struct {
	Task                    string
	Loss, Accuracy          float64
	Precision, Recall       float64 // Keras' micro at threshold 0.5
	ValLoss, ValAccuracy    float64
	ValPrecision, ValRecall float64
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
	Baselines   []Predictions // majority and 1-NN on the same split, a head each
}
