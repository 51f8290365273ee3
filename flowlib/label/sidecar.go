package label

// SidecarName is the file with the labels of the captures beside it.
const SidecarName = "labels.json"

// Sidecar is the content of a labels.json: the truth about every capture of
// one directory. The laboratory writes it; a user may write one by hand.
type Sidecar struct {
	Format   string    `json:"format"` // SidecarFormat
	Captures []Capture `json:"captures"`
}

// SidecarFormat names the version of the sidecar that this code reads.
const SidecarFormat = "flowbook-labels/1"

// Capture is the truth about one capture file.
type Capture struct {
	File string `json:"file"` // name in the same directory
	Label
	Tunnel  string  `json:"tunnel,omitempty"`  // kind of VPN of a laboratory recording, such as "wireguard"
	Seed    uint64  `json:"seed,omitempty"`    // seed of a laboratory recording
	Seconds float64 `json:"seconds,omitempty"` // length of the recording
	Packets int     `json:"packets,omitempty"` // packets in the file
	SHA256  string  `json:"sha256,omitempty"`  // of the file, in hexadecimal
}
