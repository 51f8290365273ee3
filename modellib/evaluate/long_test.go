//go:build long

package evaluate

func init() {
	proven = []int{10, 14, 30, 80}
	iscxRows = []string{"dur>=60s", "all"}
	iscxNames = append(iscxNames, "tree_leaf20", "forest60")
}
