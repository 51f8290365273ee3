package main

import "flowbook/flowlib/label"

// table9 are windows per pair, 10,908 in all, whose proportions all round to
// the paper's Table 9.
var table9 = label.Counts{
	{Type: "chat", App: "aim"}:                13,
	{Type: "chat", App: "facebook"}:           38,
	{Type: "chat", App: "hangouts"}:           225,
	{Type: "chat", App: "icq"}:                196,
	{Type: "chat", App: "skype"}:              799,
	{Type: "email", App: "mail"}:              340,
	{Type: "file transfer", App: "ftps"}:      32,
	{Type: "file transfer", App: "ftps_down"}: 382,
	{Type: "file transfer", App: "sftp"}:      42,
	{Type: "file transfer", App: "sftp_down"}: 6,
	{Type: "file transfer", App: "sftp_up"}:   3,
	{Type: "file transfer", App: "skype"}:     603,
	{Type: "p2p", App: "bittorrent"}:          19,
	{Type: "streaming", App: "netflix"}:       300,
	{Type: "streaming", App: "vimeo"}:         547,
	{Type: "streaming", App: "youtube"}:       3,
	{Type: "video", App: "facebook"}:          206,
	{Type: "video", App: "hangouts"}:          344,
	{Type: "video", App: "skype"}:             241,
	{Type: "voip", App: "facebook"}:           296,
	{Type: "voip", App: "hangouts"}:           2373,
	{Type: "voip", App: "skype"}:              1437,
	{Type: "voip", App: "voipbuster"}:         2463,
}
