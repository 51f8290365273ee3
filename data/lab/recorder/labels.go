package recorder

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"flowbook/data/lab/session"
)

// label is one entry of labels.json, in the form that flowlib/label reads.
type label struct {
	File           string  `json:"file"`
	Type           string  `json:"type"`
	App            string  `json:"app"`
	VPN            bool    `json:"vpn"`
	Session        string  `json:"session"`
	Host           string  `json:"host"`
	Day            string  `json:"day"`
	Access         string  `json:"access"`
	Implementation string  `json:"implementation"`
	Tunnel         string  `json:"tunnel,omitempty"`
	Seed           uint64  `json:"seed"`
	Seconds        float64 `json:"seconds"`
	Packets        int     `json:"packets"`
	SHA256         string  `json:"sha256"`
}

// writeLabels writes labels.json beside the captures, host by host.
func writeLabels(o Options, results []session.Result) error {
	side := struct {
		Format   string  `json:"format"`
		Captures []label `json:"captures"`
	}{Format: "flowbook-labels/1"}
	results = slices.Clone(results)
	slices.SortStableFunc(results, func(a, b session.Result) int { return cmp.Compare(a.File, b.File) })
	for _, r := range results {
		b, err := os.ReadFile(r.File)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		host := fmt.Sprintf("host%02d", r.Host)
		side.Captures = append(side.Captures, label{
			File: filepath.Base(r.File), Type: r.Type, App: r.App, VPN: r.Tunnel != "", Host: host,
			Session: fmt.Sprintf("%s/%s/%s", host, r.Type, r.App), Day: Date(r.Day), Access: r.Access,
			Implementation: r.Way, Tunnel: r.Tunnel,
			Seed: r.Seed, Seconds: r.Seconds, Packets: r.Packets, SHA256: hex.EncodeToString(sum[:]),
		})
	}
	b, err := json.MarshalIndent(side, "", " ")
	if err != nil {
		return err
	}
	name := filepath.Join(o.Out, "labels.json")
	if err := os.WriteFile(name+".part", append(b, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}
