from azureml_inference_server_http.api.aml_request import AMLRequest, rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request: AMLRequest):
    if request.method == "GET":
        return AMLResponse({"got": request.args.to_dict()}, 200, json_str=True)
    data = request.get_data()
    if request.content_type == "application/x-broken":
        raise RuntimeError("broken on purpose")
    if request.content_type == "application/x-own-failure":
        answer = AMLResponse({"sorry": True}, 503, {"x-ms-run-function-duration": "0.5"}, json_str=True)
        answer.set_cookie("first", "1", expires=0)
        answer.set_cookie("second", "2")
        return answer
    if request.mimetype == "text/x-latin":
        return AMLResponse(request.get_data().decode(request.mimetype_params["charset"]), 200, json_str=True)
    if not data:
        return AMLResponse("nothing to reverse", 422)
    headers = {"Content-Type": "application/octet-stream", "X-Length": str(len(data))}
    return AMLResponse(data[::-1], 201, headers)
