// Package flowlib turns packet captures into labelled windows of flows.
//
// The way of the data, one package a stage; a stage never reaches back:
//
//	.pcap/.pcapng ──capture──▶ packets ──meter 120 s──▶ superflows ─┐
//	                              └──────meter   3 s──▶ miniflows ──┴─sequence─▶ windows (T × F)
//	                                                                                  │
//	     capture name or labels.json ──label──▶ traffic type, application, VPN ──┐    │
//	                                                                             ▼    ▼
//	     train │ validation │ test ◀──split── directory on disk ◀────────────── dataset
//
//	CICFlowMeter .csv ──flowio──▶ flows ──sequence──▶ …   (a table may stand in for capture and meter)
//
// This package itself holds the verb that joins the first two stages,
// Extract: one capture file in, its flows and the account of its packets out.
package flowlib
