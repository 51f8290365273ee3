// Package label says what the traffic in a capture is: traffic type,
// application, and whether it went through a VPN.
package label

// Label is the truth about one capture, in the paper's words (Table 2).
type Label struct {
	Type    string `json:"type"`    // traffic type, such as "voip"
	App     string `json:"app"`     // application, such as "skype"
	VPN     bool   `json:"vpn"`     // recorded inside a VPN
	Session string `json:"session"` // captures made together share it
	Host    string `json:"host"`    // the labelled end system; "" when unknown

	// Further groups, "" when unknown.
	Day            string `json:"day,omitempty"`            // of the recording, as 2015-03-27: days sort by time
	Access         string `json:"access,omitempty"`         // access network, such as "lte"
	Implementation string `json:"implementation,omitempty"` // program that spoke, where an application has several
}
