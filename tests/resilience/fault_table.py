# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""x"""
from __future__ import annotations
import sys, tempfile
from pathlib import Path
from tests.simulator.harness import Simulator
from .api_faults import FAULTS
from .cells import *
from .promises import broken, words
from .site import answering_target
from dataclasses import replace as _r
COLUMNS=[(OPEN,REST),(OPEN,GRAPHQL),(CHECK,REST),(CHECK,GRAPHQL),(CLOSE,REST),(CLOSE,GRAPHQL),(LIST,GRAPHQL)]
def cells(scenario):
    for f in FAULTS:
        for op,wire in COLUMNS:
            rw,ro=REQUESTS[op,wire]
            if f.wire and f.wire!=rw: continue
            if scenario=='outage':
                if op in (CHECK,LIST): continue
                fs=({'wire':'*','operation':'*',**f.spec},)
                if f.wire: fs=({'wire':'graphql','operation':'*',**f.spec},)
            else:
                fs=({'wire':rw,'operation':ro,**f.spec},)
                if scenario=='once': fs[0]['count']=1
            yield f,Cell(op,wire,fs,slow=f.slow)
if __name__=='__main__':
    import tests.conftest, time
    for scenario in sys.argv[1:]:
        todo=list(cells(scenario))
        t=time.time();c=time.process_time()
        with answering_target() as target, Simulator(world(len(todo),target)) as cloud, tempfile.TemporaryDirectory() as d, hurried() as forget:
            seen=Bench(cloud,Path(d),forget).run([x for _,x in todo])
            n=len(cloud.calls())
        print(scenario,len(todo),'cells',n,'calls',time.time()-t,'s cpu',time.process_time()-c)
        last=None
        for (f,cell),s in zip(todo,seen):
            b=broken(cell,s,f.says or 'NO ERROR')
            if f!=last: print('*',f.title)
            last=f
            print('    %-6s %-8s %-40s %.1f %s'%(cell.operation,cell.wire,words(cell,s),s.seconds,dict(s.asked)))
            for x in b: print('        !!',x)
