package paper

import "flowbook/modellib/evaluate"

// Table1 is the paper's overview of related systems, each with what runs here
// in its place.
func Table1() *evaluate.Table {
	return &evaluate.Table{
		Caption: "Table 1. The related systems of the paper, and what stands for them here.",
		Header:  []string{"System", "Data", "Features", "Model", "Goal", "Here"},
		Rows: [][]string{
			{"Draper-Gil et al., 2016", "ISCX-VPN-NonVPN", "flow", "C4.5, k-NN", "VPN; type", "k-NN, tree and forest of package baseline, on the same windows and splits"},
			{"Lopez-Martin et al., 2017", "RedIRIS", "packet", "CNN, RNN", "application", "cnn, gru and cnn-gru on flow features: flowbook train --model cnn-gru"},
			{"Lotfollahi et al., 2017", "ISCX-VPN-NonVPN", "packet bytes", "SAE, CNN", "type; application", "not here: payload is not read"},
			{"Wang et al., 2017", "ISCX-VPN-NonVPN", "packet bytes", "CNN", "type", "not here: payload is not read"},
			{"Chen et al., 2017", "own", "flow", "online CNN", "protocol; application", "not here: windows are classified when they are complete"},
			{"Miller et al., 2018", "own", "packet and flow", "MLP", "VPN", "mlp on flow features: flowbook train --model mlp"},
			{"Iliyasu and Deng, 2020", "ISCX-VPN-NonVPN", "packet bytes", "convolutional GAN", "type", "not here: payload is not read"},
			{"Van Gils et al.", "ISCX-VPN-NonVPN", "flow", "multi-task CNN, GRU", "type and application", "this report: flowbook paper"},
		},
	}
}
