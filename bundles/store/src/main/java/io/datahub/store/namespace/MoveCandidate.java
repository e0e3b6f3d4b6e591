package io.datahub.store.namespace;

import io.datahub.api.path.RecordPath;
import io.datahub.store.core.PathState;

/**
 * A record that is to be moved.
 *
 * @param source the old path
 * @param target the new path
 * @param here the state of the old path, with an index entry that matches the disk
 * @param there the state of the new path
 */
record MoveCandidate(RecordPath source, RecordPath target, PathState here, PathState there) {}
