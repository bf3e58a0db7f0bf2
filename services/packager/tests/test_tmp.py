def test_x(made, package, run_python):
    import subprocess
    print(open(made/'result.json').read()[:600])
    print(subprocess.run(['find',str(package),'-type','f','-printf','%m %P\n'],capture_output=True,text=True).stdout)
    r=run_python(package/'selftest.py'); print(r.stdout,r.stderr,r.returncode)
    r=run_python(package/'app/classify.py',str(package/'samples/01.png'),'/nope'); print(r.stdout,r.stderr,r.returncode)
    print((package/'README.md').read_text()[:1800])
    print((package/'models/fp16/configuration.json').read_text())
