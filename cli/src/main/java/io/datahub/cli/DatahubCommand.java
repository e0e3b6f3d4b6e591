package io.datahub.cli;

import picocli.CommandLine.Command;

/** The command whose subcommands do everything. */
@Command(
        name = "datahub",
        description = "Store, fetch and follow records, publish and receive events, manage users of a hub.",
        footer = {
            "",
            "The hub and the token come from DATAHUB_URL and DATAHUB_TOKEN or DATAHUB_TOKEN_FILE; otherwise from the context in use (datahub"
                    + " context); on the hub's own machine from its home. A token is never an argument.",
            "",
            "Exit status: 0 done, 1 some of it failed, 2 usage, 3 not reachable, 4 refused, 5 refused by a validator,"
                    + " 6 a condition didn't hold, 130 interrupted."
        })
final class DatahubCommand {}
