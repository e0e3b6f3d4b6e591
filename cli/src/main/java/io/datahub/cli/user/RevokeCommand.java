package io.datahub.cli.user;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.http.Request;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code datahub revoke}: takes back what was granted. */
@Command(
        name = "revoke",
        description = "Take roles or grants from a user, as an administrator; on open connections too.")
public final class RevokeCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Mixin
    private GrantOptions grants;

    @Parameters(paramLabel = "NAME", description = "The user.")
    private String name;

    @Override
    public Integer call() {
        grants.requireSome();
        Request request = new Request("DELETE", Users.target(name) + "/grants?" + grants.query());
        Users.print(common.output(), common.hub().object(request));
        return 0;
    }
}
