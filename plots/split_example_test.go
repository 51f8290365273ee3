package plots_test

import "flowbook/plots"

func ExampleLeakageMap() {
	right := [][]float64{{0.99, 0.98, 0.99, 0.62}, {0.16, 0.17, 0.16, 0.31}, {0.17, 0.15, 0.18, 0.17}}
	inside := [][]bool{{false, false, false, false}, {true, true, true, false}, {true, true, true, true}}
	save(plots.LeakageMap([]string{"published random", "by superflow", "by host"},
		[]string{"superflow", "capture", "session", "host"}, right, inside, 1.0/6), "leakagemap")
	// Output: saved
}

func ExampleFunnel() {
	save(plots.Funnel("What becomes of the captures", []string{"chat", "email", "voip", "web browsing"},
		[]string{"captures", "superflows", "with 20 miniflows", "windows"},
		[][]int{{30, 410, 61, 1200}, {6, 90, 12, 81}, {27, 1200, 130, 6569}, {4, 2300, 0, 0}}), "funnel")
	// Output: saved
}

func ExamplePartBalance() {
	save(plots.PartBalance("Windows of each class in the parts", []string{"chat", "email", "p2p", "voip"},
		[]string{"train", "validation", "test"}, [][]int{{900, 160, 140}, {40, 30, 11}, {19, 0, 0}, {4100, 1200, 1269}}), "partbalance")
	// Output: saved
}
