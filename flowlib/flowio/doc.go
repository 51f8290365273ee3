// Package flowio keeps flow tables on disk: CICFlowMeter CSVs in every known
// spelling of their header, and Parquet tables that are written and read by
// column.
package flowio
