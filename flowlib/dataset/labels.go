package dataset

import (
	"fmt"
	"slices"
)

// Labels are the classes of a task and the class number of every window. Tasks
// are "type", "app", "vpn", and "pair", the combinations of type and
// application that occur, as "voip/skype"; another one panics.
func (s *Set) Labels(task string) (classes []string, y []int32) {
	y = make([]int32, len(s.Windows))
	switch task {
	case "type":
		classes = s.Types
		for i := range s.Windows {
			y[i] = s.Windows[i].Type
		}
	case "app":
		classes = s.Apps
		for i := range s.Windows {
			y[i] = s.Windows[i].App
		}
	case "vpn":
		classes = []string{"non-vpn", "vpn"}
		for i := range s.Windows {
			if s.Windows[i].VPN {
				y[i] = 1
			}
		}
	case "pair":
		classes, y = s.pairs()
	default:
		panic(fmt.Sprintf("dataset: task is %q, known are type, app, pair and vpn", task))
	}
	return classes, y
}

// pairs are the combinations of type and application that occur, in the order
// of types, then applications, and that of each window.
func (s *Set) pairs() (classes []string, y []int32) {
	number := map[[2]int32]int32{}
	for t := range int32(len(s.Types)) {
		for a := range int32(len(s.Apps)) {
			pair := [2]int32{t, a}
			if slices.ContainsFunc(s.Windows, func(w Window) bool { return w.Type == t && w.App == a }) {
				number[pair] = int32(len(classes))
				classes = append(classes, s.Types[t]+"/"+s.Apps[a])
			}
		}
	}
	for _, w := range s.Windows {
		y = append(y, number[[2]int32{w.Type, w.App}])
	}
	return classes, y
}
