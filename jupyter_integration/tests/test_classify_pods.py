"""Problems of pods, in the words of Kubernetes, lead to the right failure code.

tests/smoke_kubernetes/test_start_failures.py produces the recorded ones again on a cluster.
"""

import pytest

from jupyter_integration.failures.classify import code_of_reason, message_of_hook

RUNC = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc "
    "create failed: unable to start container process: "
)
NOT_PULLED = (
    'rpc error: code = Unknown desc = failed to pull and unpack image "localhost:1/none:1": failed '
    'to resolve reference "localhost:1/none:1": failed to do request: Head "http://localhost:1/v2'
    '/none/manifests/1": dial tcp 127.0.0.1:1: connect: connection refused'
)

# What KubernetesSpawner raised on Kubernetes 1.20.2 with containerd 1.6.
RECORDED = {
    f'(ImagePullBackOff): Failed to pull image "localhost:1/none:1": {NOT_PULLED}': "image_missing",
    f"(ErrImagePull): {NOT_PULLED}": "image_missing",
    '(ErrImageNeverPull): Container image "shaparak-not-there:1" is not present with pull policy '
    "of Never": "image_missing",
    '(InvalidImageName): Failed to apply default image tag "Bad Name!!": couldn\'t parse image '
    'reference "Bad Name!!": invalid reference format: repository name must be lowercase': (
        "image_missing"
    ),
    "(Unschedulable): 0/1 nodes are available: 1 Insufficient memory.": "cluster_full",
    "(Unschedulable): 0/1 nodes are available: 1 Insufficient cpu.": "cluster_full",
    "(Unschedulable): 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.": "cluster_full",
    "(Unschedulable): 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity.": (
        "no_node"
    ),
    '(Unschedulable): 0/1 nodes are available: 1 persistentvolumeclaim "nope" not found.': (
        "volume_trouble"
    ),
    "(Unschedulable): 0/1 nodes are available: 1 pod has unbound immediate "
    "PersistentVolumeClaims.": "volume_trouble",
    '(FailedMount): MountVolume.SetUp failed for volume "v" : secret "nope" not found': (
        "volume_trouble"
    ),
    '(FailedMount): MountVolume.SetUp failed for volume "v" : configmap "nope" not found': (
        "volume_trouble"
    ),
    "(OOMKilled): container notebook ended with exit code 137": "no_memory",
    "(Error): container notebook ended with exit code 3": "process_exited",
    f"(StartError): container notebook ended with exit code 128: {RUNC}exec: "
    '"no-such-program": executable file not found in $PATH: unknown': "image_unusable",
    '(CreateContainerConfigError): secret "nope" not found': "kubernetes_refused",
    "(CreateContainerConfigError): container's runAsUser breaks non-root policy (pod: "
    '"jupyter-sara_shaparak(59f28caf-8c67-4a92-a44d-3a9a7ab2876a)", container: notebook)': (
        "kubernetes_refused"
    ),
    "(Evicted): Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ": (
        "pod_evicted"
    ),
    '(Invalid): Pod "jupyter-sara" is invalid: spec.containers[0].volumeMounts[0].name: Not found: '
    '"x"': "kubernetes_refused",
    "(StartTimeout): not ready in 30 s; last: Pod event Started: Started container notebook": (
        "start_timeout"
    ),
    "(Deleted): the pod was deleted": "ended_from_outside",
    '(Forbidden): pods "jupyter-sara" is forbidden: exceeded quota: servers, requested: '
    "limits.memory=104857600, used: limits.memory=0, limited: limits.memory=64M": "quota_reached",
    '(Forbidden): pods "jupyter-sara" is forbidden: failed quota: servers: must specify '
    "limits.memory": "kubernetes_refused",
    '(Forbidden): persistentvolumeclaims "home-sara" is forbidden: exceeded quota: servers, '
    "requested: requests.storage=5Gi, used: requests.storage=0, limited: requests.storage=1Gi": (
        "no_space"
    ),
    '(Forbidden): pods "jupyter-sara" is forbidden: maximum memory usage per Container is 64Mi, '
    "but limit is 104857600": "kubernetes_refused",
    '(Forbidden): pods is forbidden: User "system:serviceaccount:shaparak:hub" cannot create '
    'resource "pods" in API group "" in the namespace "shaparak"': "kubernetes_refused",
    '(NotFound): namespaces "shaparak" not found': "kubernetes_refused",
}

# Words of the sources of Kubernetes, for what this one node of 1.20 cannot show.
FROM_SOURCES = {
    # pkg/controller/nodelifecycle, pkg/util/node, and since 1.26 the condition DisruptionTarget
    "(FormerPod): the former pod is still being removed": "container_left_over",
    "(ApiUnreachable): Could not create pod shaparak/jupyter-sara ": "kubernetes_away",
    "(TaintManagerEviction): Marking for deletion Pod shaparak/jupyter-sara": "node_lost",
    "(NodeNotReady): Node is not ready": "node_lost",
    "(NodeLost): Node n2 which was running pod jupyter-sara is unresponsive": "node_lost",
    "(DeletionByTaintManager): Taint manager: deleting due to NoExecute taint": "node_lost",
    # pkg/kubelet/eviction, pkg/kubelet/nodeshutdown, pkg/scheduler
    "(Evicted): The node was low on resource: memory. Container notebook was using 2Gi, which "
    "exceeds its request of 512Mi. ": "pod_evicted",
    '(Evicted): Usage of EmptyDir volume "tmp" exceeds the limit "1Gi". ': "pod_evicted",
    "(Shutdown): Node is shutting, evicting pods": "pod_evicted",
    "(Preempted): Preempted by kube-system/dns on node n2": "pod_evicted",
    # pkg/kubelet/lifecycle/predicate.go
    "(OutOfmemory): Pod Node didn't have enough resource: memory, requested: 2147483648, used: "
    "23000000000, capacity: 24479296000": "cluster_full",
    "(UnexpectedAdmissionError): Pod Allocate failed due to requested number of devices "
    "unavailable for nvidia.com/gpu. Requested: 1, Available: 0, which is unexpected": (
        "cluster_full"
    ),
    # The scheduler of several nodes counts each kind.
    "(Unschedulable): 0/3 nodes are available: 1 node(s) had volume node affinity conflict, 2 "
    "Insufficient memory.": "cluster_full",
    "(Unschedulable): 0/3 nodes are available: 3 node(s) had volume node affinity conflict.": (
        "volume_trouble"
    ),
    "(Unschedulable): 0/3 nodes are available: 3 Too many pods.": "cluster_full",
    "(Unschedulable): 0/1 nodes are available: 1 node(s) had taint "
    "{node.kubernetes.io/unreachable: }, that the pod didn't tolerate.": "no_node",
    # pkg/volume/util, pkg/kubelet/volumemanager
    '(FailedAttachVolume): Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) '
    "jupyter-sara": "volume_trouble",
    "(FailedMount): Unable to attach or mount volumes: unmounted volumes=[home], unattached "
    "volumes=[home tmp]: timed out waiting for the condition": "volume_trouble",
    '(FailedMount): MountVolume.SetUp failed for volume "home" : mkdir /var/lib/kubelet/pods/1: no '
    "space left on device": "no_space",
    "(FailedCreatePodSandBox): Failed to create pod sandbox: rpc error: code = Unknown desc = "
    'failed to setup network for sandbox "1": plugin type="bridge" failed (add)': "network_trouble",
    "(CreateContainerConfigError): container has runAsNonRoot and image will run as root": (
        "image_unusable"
    ),
    f"(StartError): container notebook ended with exit code 128: {RUNC}container init was "
    "OOM-killed (memory limit too low?): unknown": "no_memory",
    # pkg/apiserver/admission, and Pod Security admission, which 1.20 does not have
    '(Forbidden): admission webhook "pods.example.org" denied the request: no': (
        "kubernetes_refused"
    ),
    '(Forbidden): pods "jupyter-sara" is forbidden: violates PodSecurity "restricted:latest": '
    "allowPrivilegeEscalation != false": "kubernetes_refused",
    '(InternalError): Internal error occurred: failed calling webhook "pods.example.org"': (
        "kubernetes_away"
    ),
}

CODES_OF_PODS = {*RECORDED.values(), *FROM_SOURCES.values()}


@pytest.mark.parametrize(("words", "code"), {**RECORDED, **FROM_SOURCES}.items())
def test_problem_of_a_pod_gives_code(words: str, code: str) -> None:
    message = f"Spawn failed: Pod failed to start {words}"

    assert code_of_reason(message) == code
    assert message_of_hook(message) == ""


def test_process_words_do_not_change_the_code() -> None:
    """A user's process may write its own last message, which the kubelet adds."""
    words = "(Error): container notebook ended with exit code 1: no such image, out of memory"

    assert code_of_reason(f"Spawn failed: Pod failed to start {words}") == "process_exited"
