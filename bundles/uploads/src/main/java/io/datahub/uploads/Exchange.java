package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * One request with its answer to be.
 *
 * @param callback ends the exchange
 */
record Exchange(Request request, Response response, Callback callback) {

    /** The method; one that a client's HTTP library doesn't have can come as a {@code POST} that names it. */
    String method() {
        String given = request.getMethod();
        return HttpMethod.POST.is(given) ? header(TusHeaders.OVERRIDE).orElse(given) : given;
    }

    Login login() {
        return (Login) request.getAttribute(Login.class.getName());
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** The header's value if it is a number that isn't negative. */
    Optional<Long> number(String name) {
        return header(name).filter(text -> text.matches("[0-9]{1,18}")).map(Long::valueOf);
    }

    /** What {@code Upload-Length} says; refused if that is no number of bytes. */
    Result<OptionalLong> length() {
        Optional<Long> length = number(TusHeaders.LENGTH);
        if (length.isEmpty() && header(TusHeaders.LENGTH).isPresent()) {
            return Result.refused(Reason.BAD_REQUEST, TusHeaders.LENGTH + " is a number of bytes");
        }
        return Result.done(length.map(OptionalLong::of).orElseGet(OptionalLong::empty));
    }

    /** Sets a header, unless there is no value. */
    Exchange put(String header, String value) {
        response.getHeaders().put(header, value);
        return this;
    }

    void refuse(Refusal refusal) {
        refuse(refusal.reason().status(), refusal);
    }

    void refuse(Reason reason, String detail) {
        refuse(new Refusal(reason, detail));
    }

    /** Refuses with a status that is tus's own. */
    void refuse(int status, Refusal refusal) {
        request.setAttribute(Refusal.class.getName(), refusal);
        Response.writeError(request, response, callback, status, refusal.detail());
    }

    /** Refuses the method and names those that there are. */
    void refuseMethod(String allowed) {
        put(HttpHeader.ALLOW.asString(), allowed).refuse(Reason.METHOD_NOT_ALLOWED, "this takes " + allowed);
    }

    void empty(int status) {
        response.setStatus(status);
        response.write(true, null, callback);
    }

    void json(int status, byte[] body) {
        response.setStatus(status);
        put(HttpHeader.CONTENT_TYPE.asString(), "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}
