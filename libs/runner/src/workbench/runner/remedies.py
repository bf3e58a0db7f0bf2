"""What a person can do next, by how a run has ended. Standard library only."""

REMEDIES: dict[str, str] = {
    "killed": "submit the job again; if it ends like this again, look who ends it: the machine's kernel log, or the "
    "cluster's events, most often for want of memory.",
    "crashed": "read the job's log; if it says nothing, try a smaller model or the device CPU, and report the crash.",
    "out_of_memory": "use a smaller batch, shape or subset, or a target with more memory "
    "(chart value runners.deviceTypes.<name>.memory, or runners.host.memory).",
    "wall_limit": "use fewer or shorter measurements, a smaller subset, or a model with fewer nested branches and "
    "loops; see in the job's log what took so long.",
    "cpu_limit": "use a smaller model, shape or subset, or a model with fewer nested branches and loops; see in "
    "the job's log what took so long.",
    "file_limit": "use a smaller model or dataset, or split it: one of the files that the run wrote became too large.",
    "disk_limit": "use a smaller model or dataset, or split it: what the run wrote, temporary files included, became "
    "too large.",
    "files_limit": "use a smaller dataset, or split it: what the run wrote became too many files.",
    "disk_full": "use a smaller model or dataset, or make room: on the machine's disk, or in the cluster by the chart "
    "value runners.scratch.",
    "bad_input": "register or upload the file that is named again: what is stored is not what was promised.",
    "evicted": "submit the job again; if it happens often, look for drains, for nodes short of memory or disk, and for "
    "pods of a higher priority.",
    "node_lost": "submit the job again; look at the node that is named (kubectl describe node), and whether other "
    "nodes have the labels of this target.",
    "image_missing": "check the chart values runners.image and runners.deviceTypes.<name>.image, and that the nodes "
    "can pull it: the secrets of image.pullSecrets have to exist in the runners' namespace, too.",
    "not_admitted": "look whether the device plugin runs on the node that is named and still offers the device "
    "(kubectl describe node: Allocatable), then submit the job again.",
    "refused": "ask whoever runs the cluster about the refusal: a quota or the Pod Security of the runners' namespace, "
    "an admission webhook, or the container's settings.",
    "target_removed": "submit the job again for a target that there is: `workbench targets list` has them.",
    "unconfined": "ask whoever runs the workbench: docs/security.md says what a kernel and a container must permit; "
    "WORKBENCH_SANDBOX=try runs cores with less.",
}

# Of one whose run crashed by itself more often than is bad luck.
CRASHES_AGAIN = (
    "export the model again: with another exporter or opset, or without the operation that is named; or "
    "try another device. The job's log says where it crashed: report it with that."
)
