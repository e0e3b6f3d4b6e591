package io.datahub.console;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import io.datahub.console.shell.HubServices;
import java.io.IOException;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes the paths of records and directories, one level at a time. */
@Service
public final class RecordPaths extends NameCompleter {

    private static final int MAX_ENTRIES = 500;

    @Override
    Stream<String> names(String typed) {
        String directory = typed.substring(0, typed.lastIndexOf('/') + 1);
        return HubServices.find(context, RecordStore.class).stream().flatMap(store -> list(store, directory));
    }

    private static Stream<String> list(RecordStore store, String directory) {
        Result<RecordPath> path =
                RecordPath.parse(directory.isEmpty() ? "" : directory.substring(0, directory.length() - 1));
        if (path.isRefused()) {
            return Stream.empty();
        }
        try {
            Result<Listing> listing = store.list(User.HUB, path.get(), "", MAX_ENTRIES);
            return listing.isRefused()
                    ? Stream.empty()
                    : listing.get().entries().stream()
                            .map(entry -> directory + entry.name() + (entry.directory() ? "/" : ""));
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
