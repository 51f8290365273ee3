package dataset_test

import (
	"fmt"

	"flowbook/flowlib/dataset"
)

// Six hosts make two recordings each; the split keeps every host on one side.
func ExampleSet_Split() {
	set := &dataset.Set{Types: []string{"chat", "voip"}, Apps: []string{"skype"}, Steps: 1, Features: []string{"Flow Duration"}}
	for host := range 6 {
		for typ := range int32(2) {
			set.Windows = append(set.Windows, dataset.Window{Type: typ, Rows: []int32{int32(len(set.Windows))}, Groups: &dataset.Groups{Host: fmt.Sprint("host", host)}})
			set.Rows = append(set.Rows, float64(10*host))
		}
	}
	split, err := set.Split(dataset.SplitSpec{Kind: "group", Unit: "host", Seed: 42, Fold: 1, Of: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(split.Name)
	for _, w := range split.Test {
		fmt.Println(set.Windows[w].Host, set.Types[set.Windows[w].Type])
	}
	report := dataset.Audit(set, split)
	fmt.Println("hosts shared between test and train:", report.Test.Groups["host"])
	// Output:
	// by host, fold 1 of 3
	// host0 chat
	// host0 voip
	// host2 chat
	// host2 voip
	// hosts shared between test and train: 0
}
