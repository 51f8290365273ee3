package dataset

// SplitSpec says how windows are divided into train, validation and test.
type SplitSpec struct {
	Kind string `json:"kind"`           // "published" (random over windows, scikit-learn-exact) or "group"
	Unit string `json:"unit,omitempty"` // for "group": superflow, tuple, capture, session, host; "" takes the set's own
	Seed uint32 `json:"seed"`
	Fold int    `json:"fold,omitempty"` // for "group": which fold is the test part, from 1
	Of   int    `json:"of,omitempty"`   // for "group": number of folds
}

// Split is a division of the windows of a set.
type Split struct {
	Spec                    SplitSpec
	Name                    string // as printed beside every score
	Unit                    string
	Train, Validation, Test []int    // window numbers
	Group                   []string // group of every window of the set
	TestGroups              int      // distinct groups in Test
	NotEstimable            []string // "type p2p", "app aim": classes with fewer than 3 groups; they stay in train
	Dropped                 int      // windows left out, such as rare pairs of the published split
}
