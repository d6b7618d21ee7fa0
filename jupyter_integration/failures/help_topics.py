"""Help topics: the page that explains a failure further, for the failures that have one."""

from jupyter_integration.failures.codes import FailureCode
from portal.help_pages import Topic

HELP_TOPICS: dict[FailureCode, Topic] = {
    FailureCode.NO_SPACE: Topic.WHAT_IS_KEPT,
    FailureCode.HOME_FULL: Topic.WHAT_IS_KEPT,
    FailureCode.VOLUME_TROUBLE: Topic.WHAT_IS_KEPT,
    FailureCode.NO_MEMORY: Topic.WHY_IT_STOPPED,
    FailureCode.ENDED_FROM_OUTSIDE: Topic.WHY_IT_STOPPED,
    FailureCode.POD_EVICTED: Topic.WHY_IT_STOPPED,
    FailureCode.NODE_LOST: Topic.WHY_IT_STOPPED,
    FailureCode.LAB_SILENT: Topic.WHY_IT_STOPPED,
    FailureCode.PROCESS_EXITED: Topic.PACKAGES,  # own packages hide those that the server needs
}
