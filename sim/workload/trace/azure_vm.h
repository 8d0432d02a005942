#pragma once

#include "workload/trace/part_reader.h"

namespace glasshive::workload::trace {

/// Virtual machines of Azure's public datasets of 2017 and 2019: vmtable. No header; 11 columns:
/// VM, subscription, deployment, created, deleted (seconds), CPU used at most, on average and 95 %,
/// category, cores, memory (GB; read as GiB).
///
/// Cores and memory are buckets. The open ones, ">24" cores and ">64" GB, are read as 30 and 70, as
/// the dataset's own analysis does. A VM without a time of deletion stays; those that were there
/// when the trace ended are told as deleted then.
/// Source: Azure/AzurePublicDataset, AzurePublicDatasetV1.md, AzurePublicDatasetV2.md, and "Azure
/// 2019 Public Dataset V2 - Trace Analysis.ipynb".
class AzureVms final : public PartReader {
  public:
    explicit AzureVms(TaskSink sink) : sink_(std::move(sink)) {}
    void read(Lines part) override;

  private:
    TaskSink sink_;
};

}   // namespace glasshive::workload::trace
