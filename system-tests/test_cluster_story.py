"""Parts of the story, with each request and connection at another hub of a cluster. All that holds in a cluster runs with --cluster."""
import pytest

# In the order of the story, which is that in which they run.
from test_story import (artifact, jenkins, publisher, receivers, users, viewer,  # noqa: F401
                        test_users_file_without_administrator, test_events, test_curve, test_upload_and_download, test_form_upload, test_refusal)

pytestmark = pytest.mark.exclusive


@pytest.fixture(scope="module")
def hub(cluster):
    return cluster.front
